"""decide works with Python's collector off, and leaves it as it was."""

import gc
from collections.abc import Iterator

import pytest

import botctl.flows.decide as flow
from botctl.core.deciding import decide_cycle
from botctl.flows.scan import scan
from botctl.wiring.stage import DevnetStage
from tests.support.staged import runtime_on


@pytest.fixture(autouse=True)
def collector_on_afterwards() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_off_while_deciding_and_as_it_was_afterwards(
    stage: DevnetStage, monkeypatch: pytest.MonkeyPatch, was_on: bool
) -> None:
    meanwhile: list[bool] = []

    def watched(*args: object, **kwargs: object) -> object:
        meanwhile.append(gc.isenabled())
        return decide_cycle(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(flow, "decide_cycle", watched)
    with runtime_on(stage) as rt:
        scan(rt)
        (gc.enable if was_on else gc.disable)()
        assert flow.decide(rt).lines
        assert gc.isenabled() is was_on
    assert meanwhile == [False]


def test_the_collector_is_back_after_a_failure(
    stage: DevnetStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(flow, "decide_cycle", broken)
    with runtime_on(stage) as rt:
        scan(rt)
        with pytest.raises(ZeroDivisionError):
            flow.decide(rt)
    assert gc.isenabled()
