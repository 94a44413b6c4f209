"""The alert desk from settings, and what happens around every command of the loop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from botctl.adapters.clock import steady_ms
from botctl.config.values import Config
from botctl.core.alerting.codes import Tier
from botctl.core.alerting.values import AlertPolicy
from botctl.core.codes import Code
from botctl.core.errors import BotError, CorruptError
from botctl.flows.alerts import Ended, tell
from botctl.flows.permit import Watch, watch_of
from botctl.ports.alerts import Pulse
from botctl.ports.clock import Clock
from botctl.ports.desk import AlertDesk, AlertPlan
from botctl.ports.runtime import Runtime
from botctl.ports.store import Store
from botctl.wiring import open_books
from botctl.wiring.books import release_of, watch_of_books
from botctl.wiring.channels import channels_of, notifiers
from botctl.wiring.setup import Setup
from botctl.wiring.unstored import hush

MS: Final = 1_000
URGENT_S_MAX: Final = 3_600  # an urgent alert is heard of at least every hour
SNAPSHOT_S: Final = 3_600  # between two snapshots for one alert


@dataclass(slots=True)
class Telling:
    """`due` False: another run has the lock, or the command was about something else."""

    due: bool = True


@contextmanager
def told_afterwards(
    setup: Setup, rt: Runtime, command: str, *, alive: bool = False
) -> Iterator[Telling]:
    """Whatever the command ends with is told; what is raised in between goes on its way."""
    desk, telling = alert_desk(setup, rt.store, rt.clock), Telling()
    told = partial(_tell, setup, desk, watch_of(rt))
    try:
        yield telling
    except BotError as error:
        told(Ended(command, error))
        raise
    except Exception as error:
        if telling.due:  # a mistake of ours: without its text, which may quote a secret
            mistake = CorruptError(Code.ERR_PROMISE_BROKEN, type=type(error).__name__)
            told(Ended(command, mistake))
        raise
    if telling.due:
        told(Ended(command, alive=alive))


def _tell(setup: Setup, desk: AlertDesk, watch: Watch, ended: Ended) -> None:
    if not tell(desk, watch, ended).failed:
        hush(setup)


@contextmanager
def opened_desk(setup: Setup) -> Iterator[tuple[AlertDesk, Watch]]:
    """Without a node: alerts must get out while none answers."""
    with open_books(setup.config) as store:
        books = setup.books(store)
        yield alert_desk(setup, store, books.clock), watch_of_books(books)


def alert_desk(setup: Setup, store: Store, clock: Clock) -> AlertDesk:
    config = setup.config
    url = config.alerts.deadman_url
    return AlertDesk(
        bot=config.bot.name,
        release=release_of(config),
        settings=config.told,
        plan=_plan(config),
        clock=clock,
        steady_ms=steady_ms,
        log=setup.log,
        store=store,
        channels=channels_of(config),
        notifiers=lambda: notifiers(config, setup.log, clock),
        pulse=(lambda: _pulse(url)) if url else None,
        snapshot=lambda why, cycle_id: _snapshot(setup, store, clock, why, cycle_id),
    )


def _snapshot(setup: Setup, store: Store, clock: Clock, why: str, cycle_id: str) -> str:
    from botctl.wiring.snapshots import Snapper  # noqa: PLC0415  zip and more, for rare moments

    return Snapper(setup, store, clock)(why, cycle_id)


def _pulse(url: str) -> Pulse:
    from botctl.adapters.notify.pulse import HttpPulse  # noqa: PLC0415

    return HttpPulse(url)


def _plan(config: Config) -> AlertPlan:
    alerts = config.alerts
    return AlertPlan(
        policy=AlertPolicy(
            tier_max=Tier(alerts.tier_max),
            urgent_ms=alerts.remind_urgent_s * MS,
            urgent_ms_max=URGENT_S_MAX * MS,
            soon_ms=alerts.remind_soon_s * MS,
            window_ms=alerts.window_s * MS,
            window_max=alerts.window_max,
            snapshot_ms=SNAPSHOT_S * MS,
        ),
        deadline_ms=alerts.deadline_ms,
        beat_ms=alerts.deadman_s * MS,
        link=alerts.link,
    )
