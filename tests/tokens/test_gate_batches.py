"""The whole gate for many tokens at once: the same findings as one by one, for as few requests."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import pytest

from botctl.adapters.devnet import control
from botctl.core.facts import Detection, World
from botctl.flows.gate import Examined, examine_all
from tests.support.builders import make_world
from tests.tokens.corpus import CORPUS, HONEST, token
from tests.tokens.judging import Desk, runtime, seen_at
from tests.tokens.market import Market, opened

DEEP: Final = "HonestBeacon"  # no token's code takes more steps to read
BOMBS: Final = (
    "SellsBurnAllGas",
    "SellsAnswerWithABlob",
    "SellsRevertWithABlob",
    "BurnsAllGasLater",
    "BalancesBurnGas",
    "BeaconShouts",
    "BeaconBurnsGas",
    "BeaconBabbles",
)
REQUESTS_MAX: Final = 16  # of one page
FURTHER_PAGES_MAX: Final = 2  # of 60 tokens, in each of the two rounds that ask for each token


class Stage(NamedTuple):
    market: Market
    world: World
    detections: Mapping[str, Detection]  # by the names of their rows
    alone: Mapping[str, Examined]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with opened([row for row in CORPUS if row.hardfork is None]) as market:
        world = make_world(block=control.head(market.rpc))
        stalls = list(market.stalls.values())
        seen = {s.row.name: d for s, d in zip(stalls, seen_at(market, stalls), strict=True)}
        alone = {name: examined(market, world, [each])[0] for name, each in seen.items()}
        yield Stage(market, world, seen, alone)


def examined(market: Market, world: World, detections: Sequence[Detection]) -> tuple[Examined, ...]:
    """By an inspector that has seen nothing yet."""
    return examine_all(runtime(Desk(market)), world, detections)


def together(stage: Stage, names: Sequence[str]) -> dict[str, Examined]:
    detections = [stage.detections[name] for name in names]
    return dict(zip(names, examined(stage.market, stage.world, detections), strict=True))


def requests(stage: Stage, size: int) -> int:
    others = sorted({*stage.detections} - {DEEP, *BOMBS})
    before = stage.market.rpc.round_trips
    together(stage, [DEEP, *others][:size])
    return stage.market.rpc.round_trips - before


def test_ten_tokens_cost_as_many_requests_as_one(stage: Stage) -> None:
    assert requests(stage, 10) == requests(stage, 1) <= REQUESTS_MAX


def test_sixty_tokens_cost_only_the_further_pages_more(stage: Stage) -> None:
    assert requests(stage, 60) - requests(stage, 1) <= FURTHER_PAGES_MAX


@pytest.mark.parametrize("seed", range(4))
def test_a_token_is_told_the_same_in_any_company(stage: Stage, seed: int) -> None:
    rng = random.Random(seed)
    names = rng.sample(sorted(stage.detections), rng.randint(2, 90))
    assert together(stage, names) == {name: stage.alone[name] for name in names}


def test_hostile_company_changes_nothing_for_the_others(stage: Stage) -> None:
    honest = [row.name for row in HONEST][:20]
    names = [name for pair in zip(honest, BOMBS, strict=False) for name in pair] + honest[
        len(BOMBS) :
    ]
    found = together(stage, names)
    assert {name: found[name] for name in honest} == {name: stage.alone[name] for name in honest}
    assert all(found[name].findings for name in BOMBS)


def test_one_token_in_two_markets_is_examined_in_each(stage: Stage) -> None:
    seen = stage.detections["Plain"]
    first, second = examined(stage.market, stage.world, [seen, seen])
    assert first == second == stage.alone["Plain"]


def test_nobody_to_examine_costs_nothing(stage: Stage) -> None:
    before = stage.market.rpc.round_trips
    assert examined(stage.market, stage.world, []) == ()
    assert stage.market.rpc.round_trips == before


def test_the_company_of_bombs_is_in_the_corpus() -> None:
    assert [token(name).honest for name in BOMBS] == [False] * len(BOMBS)
