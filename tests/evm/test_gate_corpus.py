"""The corpus before tiers 2 to 5, as the gate simulates them on a real chain: who gets in."""

from typing import Final, NamedTuple

import pytest

from botctl.adapters.codec import JsonCodec
from botctl.adapters.devnet import calldata, control
from botctl.adapters.evm import abi
from botctl.adapters.evm.gate import Gate
from botctl.adapters.evm.gate_case import NAMELESS, Suspect, suspect
from botctl.adapters.evm.gate_helpers import named_addresses, with_helpers
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.sellability.code_facts import CHAIN_MAX, code_facts
from botctl.core.sellability.codes import Severity
from botctl.core.sellability.proof import Outcome, Proof, ProofCaps, verdict
from botctl.core.sellability.proxies import Proxy, ProxyKind
from botctl.core.sellability.selectors import NEEDED
from botctl.core.units import Address
from tests.tokens.corpus import CORPUS, HONEST, TRAPS
from tests.tokens.market import Market, Stall, opened
from tests.tokens.rows import Token
from tests.tokens.trading import STAKE_WEI

CAPS: Final = ProofCaps(
    buy_tax_bps=300,
    sell_tax_bps=300,
    rise_bps=100,
    gained_bps=500,
    pool_loss_bps=100,
    swap_gas=600_000,
    unproven=Severity.REFUSE,
)
# What no use of a token's own functions shows, each with what would.
OUT_OF_SIGHT: Final = {
    "SecretKnock": "one number among all of them: the code says that a transfer closes it",
    "LampIsLit": "the state of an address that nobody has used yet",
    "LiquidityIsPulled": "an honest token: the pool's shares are not burned",
    "ProxyToNothing": "a stranger, who destroys the code behind it",
    "PermitHasABackDoor": "two calls in a row whose words must fit",
    "PatienceIsPunished": "a block number that no node simulates ahead to; a look while it is held",
    "ClosesWhenPoor": "a pool that others have drained below what it was opened with",
    "ClosesAfterFortyBuys": "more buyers than are simulated",
}


class Seen(NamedTuple):
    proof: Proof
    refusals: tuple[str, ...]  # of tiers 3 to 5
    by_tier_two: bool


@pytest.fixture(scope="module")
def seen() -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for hardfork in dict.fromkeys(row.hardfork for row in CORPUS):
        rows = [row for row in CORPUS if row.hardfork == hardfork]
        with opened(rows, hardfork=hardfork) as market:
            found |= _seen(market)
    return found


def _seen(market: Market) -> dict[str, Seen]:
    stalls = list(market.stalls.values())
    head = control.head(market.rpc)
    gate = Gate(market.rpc, market.core.router, market.core.weth, trader=market.buyer)
    named = [_named(market.rpc, stall) for stall in stalls]
    core = (market.core.router, market.core.weth, market.core.factory)
    suspects = with_helpers(
        market.rpc, head, [_suspect(market, stall) for stall in stalls], named, core
    )
    proofs = gate.proofs(suspects, amount_wei=STAKE_WEI, block=head)
    return {stall.row.name: _judged(proof) for stall, proof in zip(stalls, proofs, strict=True)}


def _judged(proof: Proof) -> Seen:
    found = verdict(proof, CAPS)
    refusals = tuple(each.code for each in found if each.severity is Severity.REFUSE)
    now = proof.now
    taxed = now.buy_tax_bps > CAPS.buy_tax_bps or now.sell_tax_bps > CAPS.sell_tax_bps
    return Seen(proof, refusals, now.outcome is not Outcome.OK or taxed)


def _suspect(market: Market, stall: Stall) -> Suspect:
    """Its owner as read, and who launched it: powers need not be an owner's."""
    chain, _ = _chain(market.rpc, stall.token)
    selectors = [each for each in code_facts(chain).selectors if each not in NEEDED]
    found = suspect(
        stall.token, stall.pair, _owner(market.rpc, stall.token), (*selectors, NAMELESS)
    )
    return Suspect(found.token, found.pair, (*found.actors, market.owner), found.powers)


def _named(rpc: Rpc, stall: Stall) -> tuple[Address, ...]:
    chain, passed = _chain(rpc, stall.token)
    return (*passed, *(each for code in chain for each in named_addresses(code)))


def _chain(rpc: Rpc, token: Address) -> tuple[list[bytes], list[Address]]:
    """The codes one behind the other, and the beacons met."""
    chain, beacons = [control.code(rpc, token)], list[Address]()
    while len(chain) < CHAIN_MAX:
        proxy = code_facts(chain).unread
        where = _behind(rpc, token, proxy)
        if where is not None and proxy.kind is ProxyKind.BEACON:
            beacons.append(where)
            where = _asked(rpc, where, "implementation()")
        if where is None or not (code := control.code(rpc, where)):
            return chain, beacons
        chain.append(code)
    return chain, beacons


def _behind(rpc: Rpc, token: Address, proxy: Proxy) -> Address | None:
    if proxy.slot is None:
        return proxy.address
    word = rpc.call("eth_getStorageAt", token, hex(proxy.slot), "latest")
    return abi.Cursor(abi.unhexed(word)).address()


def _owner(rpc: Rpc, token: Address) -> Address | None:
    return _asked(rpc, token, "owner()")


def _asked(rpc: Rpc, where: Address, signature: str) -> Address | None:
    ask = {"to": where, "data": calldata.call(signature)}
    (answer,) = rpc.batch([("eth_call", (ask, "latest"))])
    data = b"" if isinstance(answer, RpcFault) else abi.unhexed(answer)
    return abi.Cursor(data).address() if len(data) == abi.WORD else None


IN_SIGHT: Final = tuple(trap for trap in TRAPS if trap.name not in OUT_OF_SIGHT)


@pytest.mark.parametrize("trap", IN_SIGHT, ids=lambda row: row.name)
def test_no_trap_gets_through_the_simulated_tiers(seen: dict[str, Seen], trap: Token) -> None:
    found = seen[trap.name]
    assert found.refusals or found.by_tier_two


@pytest.mark.parametrize("name", sorted(OUT_OF_SIGHT))
def test_what_is_listed_as_out_of_sight_is_not_seen_by_accident(
    seen: dict[str, Seen], name: str
) -> None:
    """The list is short because it is true: what a tier learns to see leaves it."""
    assert not seen[name].refusals


@pytest.mark.parametrize("token", HONEST, ids=lambda row: row.name)
def test_no_honest_token_is_refused_by_what_is_simulated_later(
    seen: dict[str, Seen], token: Token
) -> None:
    """Tier 2's own verdict is its own: it sells in the block of the buy, and one token forbids that."""
    assert seen[token.name].refusals == ()


def test_a_power_of_another_contract_is_found_where_the_code_names_it(
    seen: dict[str, Seen],
) -> None:
    uses = seen["JudgeDecides"].proof.owner.powers
    assert [use.selector for use in uses if not use.sells] == [calldata.selector("close()")[2:]]


def test_what_an_owner_starts_is_seen_a_day_later(seen: dict[str, Seen]) -> None:
    last = seen["OwnerStartsAClock"].proof.owner.spree
    assert last is not None
    assert last.outcome is Outcome.SELL_REVERTED


def test_a_proof_is_a_canonical_document(seen: dict[str, Seen]) -> None:
    codec = JsonCodec()
    for each in seen.values():
        plain = codec.to_plain(codec.canonical(each.proof))
        assert isinstance(plain, dict)
        assert plain["token"] == each.proof.token
