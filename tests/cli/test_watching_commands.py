"""pause, resume, kill off and health --watch as they are typed."""

import io
import json
from dataclasses import replace

import pytest

from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import open_store
from botctl.cli import watching
from botctl.config.environment import environment
from botctl.config.load import load
from botctl.core.facts import Market
from botctl.ports.store import Cursor
from tests.cli.conftest import Botctl
from tests.store.making import block_hash, market


def known(ready: Botctl, *markets: Market) -> None:
    """Markets in the configured database, which the first command makes."""
    ready("status")
    config = load(None, environment())
    store = open_store(
        config.storage.url,
        chain_id=config.chain.chain_id,
        factory=config.policy.venue.factory,
        bot=config.bot.name,
        ids=TimeOrderedIds(),
    )
    store.advance(Cursor(1, block_hash(1)), markets, [])
    store.close()


def test_a_pause_names_its_end_and_survives_until_it_is_lifted(ready: Botctl) -> None:
    made = ready("pause", "--for", "2h", "--why", "lunch", "--who", "ann", "--json").document
    assert (made["scope"], made["who"]) == ("", "ann")
    told = ready("health", "--json").document
    assert told["state"] == "EXITS_ONLY"
    assert [p["reason"] for p in told["pauses"]] == ["lunch"]  # type: ignore[attr-defined]
    assert "exits only: lunch (pause, ann)" in ready("status").out
    assert ready("resume", "--why", "back", "--who", "ann").status == 0
    assert ready("health", "--json").document["state"] == "DEGRADED"


def test_a_pause_may_hold_exits_too(ready: Botctl) -> None:
    ready("pause", "--exits-too", "--why", "a fork")
    assert ready("health", "--json").document["state"] == "HALTED"


def test_one_market_is_paused_by_symbol_and_the_bot_goes_on(ready: Botctl) -> None:
    known(ready, market(1), market(2))
    made = ready("pause", "sym1", "--why", "odd volume", "--json").document
    assert made["scope"] == market(1).pair
    assert made["permission"]["level"] == "ALLOW_ALL"  # type: ignore[index]
    assert "paused: 0x000000…0001 until" in ready("health").out
    assert ready("resume", market(1).pair, "--why", "looked").status == 0
    assert ready("health", "--json").document["pauses"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pause", "NOPE", "--why", "x"), "ERR_NOT_FOUND"),
        (("pause", "--for", "soon", "--why", "x"), "ERR_USAGE"),
        (("pause", "--for", "0m", "--why", "x"), "ERR_USAGE"),
        (("pause", "--why", " "), "ERR_USAGE"),
        (("resume", "--why", ""), "ERR_USAGE"),
    ],
)
def test_a_pause_that_is_unclear_is_refused(
    ready: Botctl, words: tuple[str, ...], code: str
) -> None:
    ended = ready(*words, "--json")
    assert (ended.status, ended.error["code"]) == (2, code)
    assert ready("health", "--json").document["pauses"] == []


def test_a_symbol_that_two_markets_claim_pauses_neither(ready: Botctl) -> None:
    one, other = market(1), market(2)
    known(ready, one, replace(other, symbol=one.symbol))
    ended = ready("pause", "SYM1", "--why", "x", "--json")
    assert (ended.status, ended.error["code"]) == (2, "ERR_USAGE")
    assert "2 markets" in str(ended.error["message"])


def test_lifting_the_switch_says_what_it_lifts_and_wants_to_be_meant(ready: Botctl) -> None:
    """Lesson 13."""
    ready("kill", "hard", "--why", "leak")
    refused = ready("kill", "off", "--why", "over", "--json")
    assert refused.status == 2
    say = str(refused.error["message"])
    assert "HALT_ALL of bot main in " in say
    assert "0 positions and 0 open orders" in say
    assert ready("health", "--json").document["state"] == "HALTED"
    lifted = ready("kill", "off", "--why", "over", "--yes")
    assert lifted.status == 0
    assert "that means: entries are decided and signed again" in lifted.out


def test_flattening_wants_to_be_meant_and_is_latched_whatever_the_node_says(ready: Botctl) -> None:
    refused = ready("kill", "hard", "--flatten", "--why", "leaving", "--json")
    assert (refused.status, refused.error["code"]) == (2, "ERR_USAGE")
    assert "is sold, at the slippage of an emergency" in str(refused.error["message"])
    assert ready("health", "--json").document["state"] == "DEGRADED"
    ended = ready("kill", "hard", "--flatten", "--why", "leaving", "--yes", "--json")
    assert ended.status == 75  # there is no node here
    assert (ended.document["flatten"], ended.document["code"]) == (None, "ERR_RPC_UNREACHABLE")
    reasons = ready("health", "--json").document["permission"]["reasons"]  # type: ignore[index]
    kinds = [r["kind"] for r in reasons]
    assert kinds[:2] == ["flatten", "kill"]
    assert set(kinds[2:]) <= {"circuit", "health"}  # the node that is not there has been noticed
    assert ready("kill", "off", "--why", "stay", "--yes").status == 0
    left = ready("health", "--json").document["permission"]["reasons"]  # type: ignore[index]
    assert {r["kind"] for r in left} <= {"circuit", "health"}


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "status", "state"), [("main", 0, "DEGRADED"), ("yes", 2, "HALTED")]
)
def test_on_a_terminal_the_bots_name_is_typed(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch, typed: str, status: int, state: str
) -> None:
    ready("kill", "hard", "--why", "leak")
    monkeypatch.setattr("sys.stdin", _Terminal(f"{typed}\n"))
    assert ready("kill", "off", "--why", "over").status == status
    assert ready("health", "--json").document["state"] == state


def test_an_observing_bot_is_well_and_may_do_nothing(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTCTL_BOT__TIER", "observe")
    told = ready("health", "--json").document
    assert told["permission"]["level"] == "HALT_ALL"  # type: ignore[index]
    assert told["state"] == "DEGRADED"  # it has not run yet; its tier is no finding
    assert "bot.tier is observe" in ready("status").out


def test_watching_looks_again_until_it_is_interrupted(
    ready: Botctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[int] = []

    def pause(every_ms: int) -> None:
        paused.append(every_ms)
        if len(paused) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching, "pause_ms", pause)
    monkeypatch.setenv("BOTCTL_HEALTH__WATCH_S", "7")
    ended = ready("health", "--watch", "--json")
    assert ended.status == 0
    assert [json.loads(line)["state"] for line in ended.out.splitlines()] == ["DEGRADED"] * 3
    assert paused == [7_000] * 3


def test_the_status_line_is_one_line(ready: Botctl) -> None:
    ready("kill", "soft", "--why", "news", "--who", "ann")
    [line] = ready("status", "--line").out.splitlines()
    assert line.startswith("EXITS_ONLY | exits only: news (kill, ann) | cycle none yet")
    assert line.endswith("HEALTH_KILLED, HEALTH_NEVER_RAN")
