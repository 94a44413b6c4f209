"""The demo's botctl.toml: what differs from the defaults, for a small chain in a hurry."""

from botctl.adapters.devnet.deploy import Deployment
from botctl.core.units import Address

TEMPLATE = """\
# Settings of the demo: an embedded chain, a throw-away key, small positions.

[bot]
name = "{bot}"
mode = "devnet"

[chain]
urls = ["{url}"]
chain_id = {chain_id}
confirmations = 2
block_time_ms = 12000

[venue]
factory = "{factory}"
router = "{router}"
native = "{weth}"
factory_code_hash = "{factory_code_hash}"
router_code_hash = "{router_code_hash}"
pair_code_hash = "{pair_code_hash}"

[[venue.quotes]]
token = "{weth}"
reference_pair = "{reference_pair}"
dollar = "{usdc}"

[wallet]
address = "{wallet}"
keystore = "keystore.json"

[storage]
url = "{database_url}"
state_dir = "."
bundles_dir = "bundles"
backups_dir = "backups"

[scan]
start_block = {start_block}
{lockers}
{terms}
[log]
file = "botctl.jsonl"
"""

# What the demo risks: small positions, quick exits.
DEMO_TERMS = """\
[risk]
trade_wei = "0.1 ether"
token_exposure_max_wei = "0.2 ether"
exposure_max_wei = "0.6 ether"
positions_max = 4

[execution]
select_best = 3

[exits]
take_profit_bps = 800
stop_loss_bps = 600
trailing_start_bps = 400
trailing_drop_bps = 250
hold_max_s = 900
"""

# The hostile run: a day's losses in hours, and times that are read anew every half hour.
HOSTILE_TERMS = """\
[risk]
trade_wei = "0.1 ether"
token_exposure_max_wei = "0.1 ether"
exposure_max_wei = "1 ether"
positions_max = 10
daily_loss_max_wei = "1 ether"

[execution]
select_best = 5

[exits]
take_profit_bps = 800
stop_loss_bps = 600
trailing_start_bps = 400
trailing_drop_bps = 250
hold_max_s = 900

[regime]
window_s = 1800
dwell_s = 300
"""


def stage_settings(  # noqa: PLR0913  the blanks of the template
    deployment: Deployment,
    *,
    url: str,
    wallet: Address,
    bot: str,
    seed: int,
    database_url: str,
    lockers: tuple[Address, ...] = (),
    terms: str = DEMO_TERMS,
) -> str:
    locked = ", ".join(f'"{each}"' for each in lockers)
    return f"# seed {seed}\n" + TEMPLATE.format(
        bot=bot,
        url=url,
        chain_id=deployment.chain_id,
        factory=deployment.factory,
        router=deployment.router,
        weth=deployment.weth,
        usdc=deployment.usdc,
        reference_pair=deployment.reference_pair,
        factory_code_hash=deployment.factory_code_hash,
        router_code_hash=deployment.router_code_hash,
        pair_code_hash=deployment.pair_code_hash,
        wallet=wallet,
        database_url=database_url or "sqlite:///botctl.db",
        start_block=deployment.deploy_block,
        lockers=f"lockers = [{locked}]\n" if lockers else "",
        terms=terms,
    )
