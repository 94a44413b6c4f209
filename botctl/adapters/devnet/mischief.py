"""What the world may do to a bot on the embedded chain: reorgs, rugs, crashes of price, a stolen key."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from botctl.adapters.devnet import control
from botctl.adapters.devnet.core_contracts import Core
from botctl.adapters.devnet.deploy import CREATOR, TRADERS, DemoMarket, Deployment, launch_more
from botctl.adapters.devnet.outbox import Outbox
from botctl.adapters.devnet.plan import trap_plan
from botctl.adapters.evm.rpc import Rpc
from botctl.core.units import BPS_ONE, Address

DEAD: Final = Address("0x000000000000000000000000000000000000dead")  # as in Launcher.sol
PURSE_WEI: Final = 10**18
STRANGERS_PRICE_WEI: Final = 50 * control.GWEI  # mines before whatever we have in the pool
FORK_STEP_S_MIN: Final = 1


def reorg(rpc: Rpc, blocks: int) -> None:
    """The fork is empty, one block longer, and ends at the same time. What was mined is forgotten:
    no pool gets it back, the worst that can happen.
    """
    end_s = control.head(rpc).timestamp_s
    rpc.call("anvil_rollback", blocks)
    start_s = control.head(rpc).timestamp_s
    step_s = max(FORK_STEP_S_MIN, (end_s - start_s) // (blocks + 1))
    for index in range(1, blocks + 1):
        control.mine_at(rpc, start_s + index * step_s)
    control.mine_at(rpc, end_s)


def pull_liquidity(
    rpc: Rpc, deployment: Deployment, markets: Sequence[DemoMarket], share_bps: int
) -> None:
    """By whoever has the LP: the creator, or the grave it was burned to, which rises for this."""
    control.set_balance(rpc, DEAD, PURSE_WEI)  # for gas
    for who in (control.accounts(rpc)[CREATOR], DEAD):
        with _acting(rpc, who, deployment) as box:
            for market in markets:
                lp = control.balance_of(rpc, market.pair, who) * share_bps // BPS_ONE
                if lp:
                    box.pull(who, market, lp)
    _mined(rpc)


def dump(rpc: Rpc, deployment: Deployment, markets: Sequence[DemoMarket], share_bps: int) -> None:
    """Every trader of the crowd sells that share of what it has."""
    for who in control.accounts(rpc)[TRADERS]:
        with _acting(rpc, who, deployment) as box:
            for market in markets:
                amount = control.balance_of(rpc, market.token, who) * share_bps // BPS_ONE
                if amount:
                    box.sell(who, market, amount)
    _mined(rpc)


def launch_traps(rpc: Rpc, deployment: Deployment, count: int) -> tuple[DemoMarket, ...]:
    creator = control.accounts(rpc)[CREATOR]
    core = Core(creator, 0)  # the first thing on this chain was made by it
    return launch_more(rpc, core, trap_plan(count), deployment.deploy_block)


def steal_nonce(rpc: Rpc, wallet: Address) -> None:
    """A transfer of nothing under the wallet's next nonce."""
    rpc.call("anvil_impersonateAccount", wallet)
    sent = {
        "from": wallet,
        "to": wallet,
        "nonce": hex(control.nonce(rpc, wallet)),
        "gasPrice": hex(STRANGERS_PRICE_WEI),
    }
    rpc.call("eth_sendTransaction", sent)
    rpc.call("anvil_stopImpersonatingAccount", wallet)


@contextmanager
def _acting(rpc: Rpc, who: Address, deployment: Deployment) -> Iterator[Outbox]:
    """`who` need have no key; what it sends waits in the pool for the next block."""
    rpc.call("anvil_impersonateAccount", who)
    box = Outbox(deployment, {who: control.nonce(rpc, who)}, frozenset())
    yield box
    box.send(rpc)
    rpc.call("anvil_stopImpersonatingAccount", who)  # else it stays among the node's own accounts


def _mined(rpc: Rpc) -> None:
    """At once: the crowd counts its nonces from what is mined, and looks at no pool."""
    control.mine_at(rpc, control.head(rpc).timestamp_s + 1)
