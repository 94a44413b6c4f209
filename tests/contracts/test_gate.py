"""Gate.sol: what it reports of an owner's powers, token by token, on a real chain."""

from collections.abc import Iterator
from typing import Final

import pytest

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.plan import ETHER
from botctl.adapters.evm import abi
from botctl.adapters.evm.gate_case import NAMELESS, Place, Power, Suspect
from botctl.adapters.evm.gate_puppet import POWERS_MAX, PUPPET, Puppetry
from botctl.adapters.evm.gate_simulation import wallet
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.sellability.proof import Means, OwnerProof, PowerUse, Tries
from botctl.core.units import ZERO_ADDRESS, Address
from tests.tokens.corpus import token
from tests.tokens.market import Market, opened

AMOUNT_WEI: Final = ETHER // 10
NAMES: Final = (
    "Plain",
    "OwnerNamesTheSite",
    "OwnerSetsTax",
    "OwnerSetsMaxSell",
    "OwnerBlacklists",
    "OwnerPauses",
    "OwnerClosesTrading",
    "OwnerMints",
    "OwnerMintsInSecret",
    "OwnerBurnsOthers",
    "OwnerSpendsForOthers",
    "OwnerRebases",
    "RoutersAreListed",
    "FallbackBlocks",
    "NoSellInTheBlockOfTheBuy",
    "SellsBurnAllGas",
)


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with opened([token(name) for name in NAMES]) as market:
        yield market


def place(market: Market) -> Place:
    head = control.head(market.rpc)
    core = market.core
    return Place(core.router, core.weth, head, ZERO_ADDRESS, AMOUNT_WEI, b"")


def puppetry(market: Market, name: str, *signatures: str, means: Means = Means.CARRIED) -> Puppetry:
    stall = market.stalls[name]
    selectors = [calldata.selector(each)[2:] if each else NAMELESS for each in signatures]
    powers = tuple(Power(stall.token, each) for each in selectors)
    suspect = Suspect(stall.token, stall.pair, (market.owner,), powers)
    return Puppetry(place(market), suspect, means)


def shown(market: Market, show: Puppetry) -> OwnerProof:
    (result,) = market.rpc.batch([show.call()])
    assert not isinstance(result, RpcFault), result
    return show.read(result)


def use(market: Market, name: str, signature: str, means: Means = Means.CARRIED) -> PowerUse:
    proof = shown(market, puppetry(market, name, signature, means=means))
    assert proof.tries is Tries.DONE, proof
    return proof.powers[1]


STOPS: Final = (
    ("OwnerSetsMaxSell", "setMaxTxAmount(uint256)"),
    ("OwnerBlacklists", "blacklist(address,bool)"),
    ("OwnerPauses", "pause()"),
    ("OwnerClosesTrading", "setTrading(bool)"),
    ("OwnerBurnsOthers", "burn(address,uint256)"),
    ("OwnerRebases", "rebase(uint256)"),
    ("RoutersAreListed", "setRouter(address,bool)"),
    ("OwnerSetsTax", "setSellTax(uint256)"),
    ("FallbackBlocks", ""),
)


@pytest.mark.parametrize("means", list(Means))
@pytest.mark.parametrize(("name", "signature"), STOPS)
def test_a_power_that_stops_our_sale_is_seen_to_stop_it(
    market: Market, name: str, signature: str, means: Means
) -> None:
    found = use(market, name, signature, means)
    assert not found.sells
    assert found.loss_bps == 10_000
    assert found.accepted


@pytest.mark.parametrize("means", list(Means))
def test_spending_for_others_is_tried_without_being_asked_for(market: Market, means: Means) -> None:
    """And so is a gift, after all else."""
    spending, _giving = shown(market, puppetry(market, "OwnerSpendsForOthers", means=means)).powers
    assert not spending.sells
    harmless = shown(market, puppetry(market, "Plain", means=means)).powers
    assert [each.sells for each in harmless] == [True, True]


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("OwnerMints", "mint(address,uint256)"),
        ("OwnerMintsInSecret", "distribute(address,uint256)"),
    ],
)
def test_tokens_from_nowhere_are_counted_against_the_pool(
    market: Market, name: str, signature: str
) -> None:
    found = use(market, name, signature)
    assert found.sells
    assert found.gained_bps >= 5_000


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("Plain", "transferOwnership(address)"),
        ("Plain", "renounceOwnership()"),
        ("Plain", "transfer(address,uint256)"),
        ("OwnerNamesTheSite", "setSite(string)"),
    ],
)
def test_what_does_us_no_harm_is_used_and_has_no_effect(
    market: Market, name: str, signature: str
) -> None:
    found = use(market, name, signature)
    assert found.tried >= 1
    assert (found.sells, found.loss_bps, found.gained_bps) == (True, 0, 0)


def test_what_the_token_does_not_have_is_told_as_refused(market: Market) -> None:
    found = use(market, "Plain", "pause()")
    assert (found.accepted, found.sells, found.loss_bps) == (0, True, 0)
    assert found.tried > 10


def test_a_power_without_words_is_used_once(market: Market) -> None:
    assert use(market, "OwnerPauses", "paused()").tried == 1


def test_the_worst_use_is_kept_with_its_words(market: Market) -> None:
    found = use(market, "OwnerBlacklists", "blacklist(address,bool)")
    us = wallet(place(market), market.stalls["OwnerBlacklists"].token, PUPPET)
    assert found.used == calldata.call("blacklist(address,bool)", abi.address(us), abi.uint(1))[2:]
    assert "TRANSFER_FROM_FAILED" in found.said


def test_one_power_does_not_spoil_the_next(market: Market) -> None:
    """Each try is undone: the pause is over when the site gets its name."""
    proof = shown(
        market, puppetry(market, "OwnerPauses", "pause()", "paused()", "transferOwnership(address)")
    )
    _, pausing, reading, handing, _ = proof.powers
    assert (pausing.sells, reading.sells, handing.sells) == (False, True, True)
    assert handing.accepted > 1


def test_a_stranger_may_use_nothing(market: Market) -> None:
    show = puppetry(market, "OwnerPauses", "pause()")
    stranger = Suspect(
        show.suspect.token, show.suspect.pair, (Address("0x" + "77" * 20),), show.suspect.powers
    )
    proof = shown(market, Puppetry(show.place, stranger, show.means))
    assert [each.accepted for each in proof.powers[1:-1]] == [0]


def test_the_second_actor_is_asked_where_the_first_may_not(market: Market) -> None:
    show = puppetry(market, "OwnerPauses", "pause()")
    two = (Address("0x" + "77" * 20), market.owner)
    suspect = Suspect(show.suspect.token, show.suspect.pair, two, show.suspect.powers)
    assert not shown(market, Puppetry(show.place, suspect, show.means)).powers[1].sells


def test_a_token_that_needs_a_block_between_is_only_sold_where_state_is_carried(
    market: Market,
) -> None:
    name = "NoSellInTheBlockOfTheBuy"
    assert shown(market, puppetry(market, name)).tries is Tries.DONE
    at_once = shown(market, puppetry(market, name, means=Means.WHOLE_TRIP))
    assert at_once.tries is Tries.NO_SALE
    assert "the sale reverted" in at_once.said


def test_a_bomb_leaves_enough_gas_to_say_so(market: Market) -> None:
    assert shown(market, puppetry(market, "SellsBurnAllGas", "pause()")).tries is Tries.NO_SALE


def test_the_places_of_the_trade_are_never_lent_code(market: Market) -> None:
    stall, core = market.stalls["Plain"], market.core
    taken = (stall.token, stall.pair, core.router, core.weth, ZERO_ADDRESS)
    suspect = Suspect(stall.token, stall.pair, (*taken, market.owner))
    assert Puppetry(place(market), suspect, Means.CARRIED).actors == (market.owner,)


def test_powers_beyond_the_bound_are_counted(market: Market) -> None:
    signatures = [f"power{index}()" for index in range(POWERS_MAX + 4)]
    proof = shown(market, puppetry(market, "Plain", *signatures))
    assert len(proof.powers) == POWERS_MAX
    assert proof.left_out == 5


def test_nobody_but_the_gate_itself_may_ask_for_a_try(market: Market) -> None:
    show = puppetry(market, "Plain")
    us = wallet(show.place, show.suspect.token, PUPPET)
    _, params = Puppetry(show.place, show.suspect, Means.WHOLE_TRIP).call()
    _, block, lent, ahead = params
    empty = [abi.uint(0)] * 7
    attempt = (
        "attempt((address,address,address,address,uint256,uint256,uint256),"
        "address,(address,bytes4),bytes)"
    )
    data = calldata.call(attempt, *empty, abi.uint(0), abi.uint(0) * 2, abi.blob(b""))
    (fault,) = market.rpc.batch([("eth_call", ({"to": us, "data": data}, block, lent, ahead))])
    assert isinstance(fault, RpcFault)
    assert fault.data == calldata.selector("OnlyMyself()")
