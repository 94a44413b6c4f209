"""The gate as a whole on a real chain, and on nodes that lack what it would like to use."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.evm.gate import REQUESTS_MAX, Gate
from botctl.adapters.evm.gate_case import Suspect, suspect
from botctl.adapters.evm.gate_schedule import BUYERS, FORTUNE_WEI, RICH, RUNGS, SELLERS
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.core.sellability.proof import Capability, Means, Outcome, Proof, Sale, Tries
from tests.evm.fake_rpc import FakeRpc
from tests.tokens.corpus import token
from tests.tokens.market import Market, opened
from tests.tokens.trading import STAKE_WEI

NAMES: Final = (
    "Plain",
    "FeeTwoPercent",
    "OwnerPauses",
    "SellsRevert",
    "SellsBurnAllGas",
    "SellsAnswerWithABlob",
    "SellerHasNoCode",
    "LeavesWithinMinutes",
    "SellsOnce",
    "DustRestartsTheCooldown",
    "ClosesWhenRich",
    "ClosesAtBlock",
    "TaxRisesWithHolding",
    "NoSellInTheBlockOfTheBuy",
    "NoReturnValues",
)
C = Capability
Answer = Callable[[str, Sequence[object]], object]
CAPABILITY_CHARS_MAX: Final = 5_000  # its question is short, those about tokens are not
UNKNOWN_METHOD: Final = RpcFault(-32601, "method not found")


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with opened([token(name) for name in NAMES]) as market:
        yield market


def through(market: Market, answer: Answer | None = None) -> FakeRpc:
    """The real node behind something that may answer in its place."""

    def real(method: str, params: Sequence[object]) -> object:
        (found,) = market.rpc.batch([(method, params)])
        return found

    return FakeRpc(answer or real)


def without(market: Market, *, methods: Sequence[str] = (), params_max: int = 9) -> FakeRpc:
    """A node that does not know these methods, and ignores parameters beyond some."""

    def answer(method: str, params: Sequence[object]) -> object:
        if method in methods:
            return UNKNOWN_METHOD
        (found,) = market.rpc.batch([(method, params[:params_max])])
        return found

    return FakeRpc(answer)


def suspects(market: Market, *names: str) -> list[Suspect]:
    return [
        suspect(stall.token, stall.pair, market.owner, ["8456cb59"])
        for stall in (market.stalls[name] for name in names)
    ]


def gate(market: Market, rpc: FakeRpc | None = None, salt: bytes = b"") -> Gate:
    return Gate(rpc or through(market), market.core.router, market.core.weth, salt=salt)


def proven(market: Market, *names: str, rpc: FakeRpc | None = None) -> list[Proof]:
    head = control.head(market.rpc)
    found = gate(market, rpc).proofs(suspects(market, *names), amount_wei=STAKE_WEI, block=head)
    assert [each.token for each in found] == [market.stalls[name].token for name in names]
    return found


def sale(proof: Proof, name: str, means: Means = Means.CARRIED) -> Sale:
    return next(each for each in proof.ladder if (each.name, each.means) == (name, means))


def test_this_node_can_do_all(market: Market) -> None:
    assert gate(market).capabilities(control.head(market.rpc)) == tuple(C)


@pytest.mark.parametrize(
    ("params_max", "methods", "expected"),
    [
        (9, ("eth_simulateV1",), (C.STATE_OVERRIDE, C.BLOCK_OVERRIDE)),
        (3, ("eth_simulateV1",), (C.STATE_OVERRIDE,)),
        (2, ("eth_simulateV1",), ()),
        (2, (), (C.SIMULATE,)),
    ],
)
def test_what_a_node_lacks_is_seen_and_not_guessed(
    market: Market, params_max: int, methods: Sequence[str], expected: tuple[Capability, ...]
) -> None:
    rpc = without(market, methods=methods, params_max=params_max)
    assert gate(market, rpc).capabilities(control.head(market.rpc)) == expected


def test_a_simulation_that_forgets_between_blocks_is_none(market: Market) -> None:
    """Each block answered as if it were alone: the state is not carried."""

    def answer(method: str, params: Sequence[object]) -> object:
        if method != "eth_simulateV1":
            (found,) = market.rpc.batch([(method, params)])
            return found
        asked, block = params
        assert isinstance(asked, dict)
        first, second = asked["blockStateCalls"]
        lent = {**second, "stateOverrides": first["stateOverrides"]}
        alone = [asked | {"blockStateCalls": [each]} for each in (first, lent)]
        results = market.rpc.batch([("eth_simulateV1", (each, block)) for each in alone])
        return [result[0] for result in results if isinstance(result, list)]

    found = gate(market, FakeRpc(answer)).capabilities(control.head(market.rpc))
    assert found == (C.STATE_OVERRIDE, C.BLOCK_OVERRIDE)


def test_a_node_in_trouble_is_not_taken_for_one_that_lacks_something(market: Market) -> None:
    rpc = FakeRpc(lambda *_: RpcFault(429, "rate limit"))
    with pytest.raises(TransientError) as error:
        gate(market, rpc).capabilities(control.head(market.rpc))
    assert error.value.code is Code.ERR_RPC_RATE_LIMITED


def test_capabilities_are_found_out_once(market: Market) -> None:
    rpc = through(market)
    asked, head = gate(market, rpc), control.head(market.rpc)
    asked.capabilities(head)
    before = rpc.round_trips
    asked.capabilities(head)
    assert rpc.round_trips == before


def test_an_honest_token_sells_at_every_rung(market: Market) -> None:
    (proof,) = proven(market, "Plain")
    sales = (proof.opinion, *proof.ladder)
    assert {each.outcome for each in sales if each} == {Outcome.OK}
    assert {(each.buy_tax_bps, each.sell_tax_bps) for each in sales if each} == {(0, 0)}
    assert len([each for each in proof.ladder if each.means is Means.CARRIED]) == SELLERS
    assert proof.opinion is not None
    assert 50_000 < proof.opinion.sell_gas < 200_000


def test_fees_are_measured_exactly_from_a_plain_account(market: Market) -> None:
    (proof,) = proven(market, "FeeTwoPercent")
    assert proof.opinion is not None
    assert (proof.opinion.buy_tax_bps, proof.opinion.sell_tax_bps) == (200, 200)
    assert {each.sell_tax_bps for each in proof.ladder} == {200}


RUNG_OF: Final = {
    "LeavesWithinMinutes": ("after 6 minutes", Means.CARRIED),
    "SellsOnce": ("the rest", Means.CARRIED),
    "DustRestartsTheCooldown": ("after 12 hours, dusted", Means.CARRIED),
    "ClosesWhenRich": ("after a day, in a richer pool", Means.CARRIED),
    "ClosesAtBlock": ("after a day", Means.WHOLE_TRIP),
}
HELD_UP: Final = ("a tenth", "after 6 minutes", "after an hour")


@pytest.mark.parametrize("name", RUNG_OF)
def test_the_rung_that_a_delay_is_for_is_where_it_shows(market: Market, name: str) -> None:
    (proof,) = proven(market, name)
    rung, means = RUNG_OF[name]
    assert proof.now.outcome is Outcome.OK
    assert proof.opinion is not None
    assert proof.opinion.outcome is Outcome.OK
    assert sale(proof, "a tenth").outcome is Outcome.OK
    assert sale(proof, rung, means).outcome is Outcome.SELL_REVERTED
    assert sale(proof, rung, means).said


def test_a_tax_that_comes_with_holding_is_measured(market: Market) -> None:
    (proof,) = proven(market, "TaxRisesWithHolding")
    assert sale(proof, "after 6 minutes").sell_tax_bps == 0
    assert sale(proof, "after an hour").sell_tax_bps >= 8_900


def test_who_refuses_people_and_serves_contracts_is_found_out(market: Market) -> None:
    (proof,) = proven(market, "SellerHasNoCode")
    assert proof.now.outcome is Outcome.OK
    assert proof.opinion is not None
    assert proof.opinion.outcome is Outcome.SELL_REVERTED


def test_a_token_that_needs_a_block_between_is_proven_by_plain_transactions(
    market: Market,
) -> None:
    (proof,) = proven(market, "NoSellInTheBlockOfTheBuy")
    assert proof.now.outcome is Outcome.SELL_REVERTED
    assert proof.opinion is not None
    assert proof.opinion.outcome is Outcome.OK
    assert proof.owner.tries is Tries.DONE


def test_a_batch_says_what_single_questions_say(market: Market) -> None:
    """To the unit of gas; bombs included."""
    assert proven(market, *NAMES) == [proven(market, name)[0] for name in NAMES]


def test_the_same_block_gives_the_same_proof_and_another_salt_other_wallets(
    market: Market,
) -> None:
    head, asked = control.head(market.rpc), suspects(market, "Plain")

    def wallets(salt: bytes) -> set[str]:
        rpc = through(market)
        gate(market, rpc, salt).proofs(asked, amount_wei=STAKE_WEI, block=head)
        return senders(rpc) - {first_sender(rpc), market.owner}

    assert wallets(b"one") == wallets(b"one")
    assert not wallets(b"one") & wallets(b"two")


def simulations(rpc: FakeRpc) -> list[Mapping[str, object]]:
    return [
        params[0]
        for batch in rpc.batches
        for method, params in batch
        if method == "eth_simulateV1" and isinstance(params[0], dict)
    ]


def blocks(simulation: Mapping[str, object]) -> list[dict[str, list[dict[str, str]]]]:
    found = simulation["blockStateCalls"]
    assert isinstance(found, list)
    return found


def lent_by(block: Mapping[str, object]) -> list[dict[str, str]]:
    overrides = block["stateOverrides"]
    assert isinstance(overrides, dict)
    return list(overrides.values())


def senders(rpc: FakeRpc) -> set[str]:
    return {
        tx["from"] for each in simulations(rpc) for block in blocks(each) for tx in block["calls"]
    }


def first_sender(rpc: FakeRpc) -> str:
    """That of the capability question, which trades nothing."""
    return blocks(simulations(rpc)[0])[0]["calls"][0]["from"]


def test_a_plain_accounts_trade_looks_like_a_persons(market: Market) -> None:
    """No code at its address, a price above the base fee, a gas limit that one would pay for."""
    rpc = through(market)
    proven(market, "Plain", rpc=rpc)
    head = control.head(market.rpc)
    ladder = [each for each in simulations(rpc) if len(blocks(each)) == 1 + len(RUNGS)]
    assert len(ladder) == 1
    lent = [each for block in blocks(ladder[0]) for each in lent_by(block)]
    assert {key for each in lent for key in each} == {"balance"}
    purses = [int(each["balance"], 16) for each in lent]
    assert len([wei for wei in purses if wei < 10 * STAKE_WEI]) == BUYERS - len(RICH)
    assert len([wei for wei in purses if wei >= FORTUNE_WEI]) == len(RICH)
    for tx in (tx for block in blocks(ladder[0]) for tx in block["calls"]):
        assert int(tx["maxFeePerGas"], 16) > head.base_fee_wei
        assert int(tx["gas"], 16) <= 600_000
    assert ladder[0]["validation"] is True


def test_round_trips_do_not_grow_with_the_tokens(market: Market) -> None:
    def trips(count: int) -> int:
        rpc = through(market)
        proven(market, *(["Plain"] * count), rpc=rpc)
        return rpc.round_trips

    assert trips(1) == trips(REQUESTS_MAX // 3) == 5


def test_no_batch_is_larger_than_its_bound(market: Market) -> None:
    rpc = through(market)
    proven(market, *(["Plain"] * (REQUESTS_MAX // 2 + 5)), rpc=rpc)
    assert max(len(batch) for batch in rpc.batches) == REQUESTS_MAX


@pytest.mark.parametrize("fault", [RpcFault(-32000, "out of gas"), RpcFault(-32603, "internal")])
def test_a_request_that_fails_spoils_its_own_token_only(market: Market, fault: RpcFault) -> None:
    bad = market.stalls["SellsOnce"].token[2:]

    def answer(method: str, params: Sequence[object]) -> object:
        if method == "eth_simulateV1" and bad in str(params):
            return fault
        (found,) = market.rpc.batch([(method, params)])
        return found

    names = ("Plain", "SellsOnce", "FeeTwoPercent")
    first, spoiled, last = proven(market, *names, rpc=FakeRpc(answer))
    assert [first, last] == proven(market, "Plain", "FeeTwoPercent")
    assert spoiled.opinion is not None
    assert spoiled.opinion.outcome is Outcome.NOT_RUN
    assert spoiled.owner.tries is Tries.NOT_RUN
    assert spoiled.opinion.said == fault.message
    carried = [each for each in spoiled.ladder if each.means is Means.CARRIED]
    assert {each.outcome for each in carried} == {Outcome.NOT_RUN}
    assert len(carried) == SELLERS


def test_a_node_in_trouble_fails_the_batch_and_blames_no_token(market: Market) -> None:
    def answer(method: str, params: Sequence[object]) -> object:
        if method == "eth_simulateV1" and len(str(params)) > CAPABILITY_CHARS_MAX:
            return RpcFault(-32000, "header not found")
        (found,) = market.rpc.batch([(method, params)])
        return found

    with pytest.raises(TransientError) as error:
        proven(market, "Plain", rpc=FakeRpc(answer))
    assert error.value.code is Code.ERR_CHAIN_REORGED


def test_without_simulation_whole_trips_and_the_puppet_remain(market: Market) -> None:
    rpc = without(market, methods=("eth_simulateV1",))
    plain, pausing, closing = proven(market, "Plain", "OwnerPauses", "ClosesAtBlock", rpc=rpc)
    assert plain.opinion is None
    assert {each.means for each in plain.ladder} == {Means.WHOLE_TRIP}
    assert {each.outcome for each in plain.ladder} == {Outcome.OK}
    assert plain.owner.means is Means.WHOLE_TRIP
    assert [use.sells for use in pausing.owner.powers] == [True, False, True]
    assert sale(closing, "after a day", Means.WHOLE_TRIP).outcome is Outcome.SELL_REVERTED


def test_without_block_overrides_nothing_is_said_of_later(market: Market) -> None:
    rpc = without(market, methods=("eth_simulateV1",), params_max=3)
    (proof,) = proven(market, "ClosesAtBlock", rpc=rpc)
    assert proof.now.outcome is Outcome.OK
    assert proof.ladder == ()
    assert proof.owner.tries is Tries.NOT_POSSIBLE


def test_a_node_that_lends_no_code_is_refused_as_such(market: Market) -> None:
    rpc = without(market, methods=("eth_simulateV1",), params_max=2)
    with pytest.raises(OperatorError) as error:
        proven(market, "Plain", rpc=rpc)
    assert error.value.code is Code.ERR_NODE_NO_OVERRIDE


def test_nothing_is_left_on_the_chain(market: Market) -> None:
    stall = market.stalls["Plain"]
    before = control.balance_of(market.rpc, stall.token, stall.pair)
    proven(market, "Plain")
    assert control.balance_of(market.rpc, stall.token, stall.pair) == before


def test_no_token_is_no_question(market: Market) -> None:
    assert proven(market) == []
