"""A real bot, served by the real server, scraped by the real Prometheus with the real rules."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from botctl.adapters.devnet import control, mischief
from botctl.core.telemetry.catalog import BY_NAME
from tests.deploy import rules as r
from tests.deploy.asked import concrete, queries
from tests.deploy.serving import Served, served
from tests.deploy.world import World, opened
from tests.support.prometheus import Prometheus, until, watching

# Shorter, not otherwise: how long something must last, and how often it is looked at.
SHORTER: Final = (("for: 2m", "for: 2s"), ("[2m]", "[10s]"))
OFTENER: Final = re.compile(r"interval: \d+m")
AGO_S: Final = 130  # more than two intervals
OF_PROMETHEUS: Final = {"up", "ALERTS"}
# Families with labels that come with their first event, and what that event is.
WITH_THEIR_EVENT: Final = {
    "errors_total": "a command that ends with a code",
    "provider_errors_total": "a call that a provider failed",
    "stale_data_total": "a decision that failed on stale data",
    "tx_failed_total": "an order that ended otherwise",
    "trades_closed_total": "a position that is closed",
    "breaker_open": "a breaker that tripped once",
    "commands_total": "a command line",
    "botctl_process_memory_mb": "a command line",
    # and what is recorded of them
    "bot_provider:provider_errors:increase5m": "a call that a provider failed",
}


class Watched(NamedTuple):
    world: World
    served: Served
    prometheus: Prometheus

    def fires(self, *names: str) -> None:
        """All of them, sooner or later."""
        until(lambda: {*names} <= self.prometheus.firing(), Still(self.prometheus, names))

    def rests(self, *names: str) -> None:
        until(lambda: not {*names} & self.prometheus.firing(), Still(self.prometheus, names))

    def moves_on(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.world.come_to(0)
            self.world.cycle()


class Still(NamedTuple):
    """What was waited for, and what there was instead; read when the patience is over."""

    prometheus: Prometheus
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"waited for {self.names}, firing: {sorted(self.prometheus.firing())}"


@pytest.fixture(scope="module")
def derived(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The committed rules, patient for seconds instead of minutes."""
    folder = tmp_path_factory.mktemp("rules")
    for path in r.RULE_FILES:
        text = OFTENER.sub("interval: 1s", path.read_text(encoding="utf-8"))
        for long, short in SHORTER:
            text = text.replace(long, short)
        (folder / path.name).write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def watched(
    prometheus: Path, derived: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    """The newest cycle is two intervals and ten seconds old."""
    folder = tmp_path_factory.mktemp("watched")
    with opened(folder / "stage") as stage:
        world = World(stage)
        world.trade()
        world.come_to(AGO_S)
        world.cycle()
        with (
            served(stage.config, folder / "serve") as server,
            watching(
                prometheus, folder / "prometheus", target=server.target, rules=derived
            ) as asked,
        ):
            yield Watched(world, server, asked)


def test_what_rules_and_dashboards_ask_for_is_there_once_the_bot_runs_again(
    watched: Watched,
) -> None:
    """It stood still for more than two intervals, which is told; then it does not."""
    asked = watched.prometheus
    watched.fires("BotctlNoCycles")
    watched.rests("BotctlSilence")  # a rate needs two scrapes
    assert urgent(asked) == {"BotctlNoCycles"}

    watched.moves_on(2)
    watched.rests("BotctlNoCycles")
    until(lambda: not missing(asked), Missing(asked))
    assert urgent(asked) == set()
    assert asked.unhealthy_rules() == []

    answers = {query.expr: asked.query(concrete(query)) for query in queries()}
    empty = {expr for expr, found in answers.items() if not found}
    assert {expr for expr in empty if not _waits_for_an_event(expr)} == set()


@pytest.mark.torture
def test_each_urgent_alert_fires_when_what_it_is_about_is_true(watched: Watched) -> None:
    """One life of one bot, from bad to worse."""
    world, rpc = watched.world, watched.world.stage.rpc
    watched.moves_on(2)
    watched.rests("BotctlNoCycles", "BotctlSilence")

    world.crash_prices()
    watched.moves_on(4)  # sold, mined, buried, booked
    watched.fires("BotctlDailyLoss")

    assert world.stage.run("kill", "hard", "--why", "a drill", "--yes") == 0
    watched.fires("BotctlHalted")
    assert world.stage.run("kill", "off", "--why", "drilled", "--yes") == 0
    watched.rests("BotctlHalted")

    mischief.steal_nonce(rpc, world.stage.wallet)
    watched.moves_on(2)
    watched.fires("BotctlNonceMismatch")

    purse = control.number(rpc.call("eth_getBalance", world.stage.wallet, "latest"))
    control.set_balance(rpc, world.stage.wallet, purse // 2)
    watched.moves_on()
    watched.fires("BotctlReconcileMismatch", "BotctlHalted")

    told = [text for one in watched.prometheus.alerts() for text in one.annotations.values()]
    assert told
    assert [text for text in told if "error expanding" in text or "no value" in text] == []

    watched.served.stop()
    watched.fires("BotctlDown", "BotctlVanished", "BotctlSilence")


class Missing(NamedTuple):
    prometheus: Prometheus

    def __str__(self) -> str:
        return f"Prometheus has no {sorted(missing(self.prometheus))}"


def urgent(prometheus: Prometheus) -> set[str]:
    return {one.name for one in prometheus.alerts() if one.labels["tier"] == "1"}


def missing(prometheus: Prometheus) -> set[str]:
    """Of what dashboards and rules read, and do not have here without an event's leave."""
    exprs = [concrete(one) for one in queries()] + [rule.expr for rule in r.rules()]
    read = {name for expr in exprs for name in r.metrics_of(expr)}
    return read - prometheus.names() - WITH_THEIR_EVENT.keys() - OF_PROMETHEUS


def _waits_for_an_event(expr: str) -> bool:
    return bool(r.metrics_of(expr.replace("SEL", "")) & WITH_THEIR_EVENT.keys())


def test_the_list_of_what_comes_with_its_event_names_what_exists() -> None:
    recorded = {rule.record for rule in r.rules()}
    assert WITH_THEIR_EVENT.keys() <= BY_NAME.keys() | recorded
