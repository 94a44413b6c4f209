"""Reports that more than one face gives: their fields are the keys of `--json` and of REST."""

from dataclasses import dataclass

from botctl.core.alerting.values import Alert
from botctl.core.orders import Order
from botctl.core.providers import ProviderState
from botctl.flows.overview import CycleSummary
from botctl.ports.alerts import ChannelState, Letter
from botctl.ports.store import Closed, LedgerRow


@dataclass(frozen=True, slots=True)
class LedgerReport:
    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True, slots=True)
class OrdersReport:
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class PositionsReport:
    """Sums over the positions shown, gas included."""

    positions: tuple[Closed, ...]
    cost_wei: int
    realised_wei: int
    gas_wei: int


@dataclass(frozen=True, slots=True)
class AlertsReport:
    alerts: tuple[Alert, ...]
    channels: tuple[ChannelState, ...]
    letters: tuple[Letter, ...]
    now_ms: int


@dataclass(frozen=True, slots=True)
class CyclesReport:
    cycles: tuple[CycleSummary, ...]


@dataclass(frozen=True, slots=True)
class ProvidersReport:
    providers: tuple[ProviderState, ...]
    now_ms: int


def positions_report(found: tuple[Closed, ...]) -> PositionsReport:
    return PositionsReport(
        found,
        cost_wei=sum(one.position.cost_wei for one in found if one.open),
        realised_wei=sum(one.realised_wei for one in found),
        gas_wei=sum(one.gas_wei for one in found),
    )


def worst_first(alerts: tuple[Alert, ...], *, with_over: bool, most: int) -> tuple[Alert, ...]:
    found = [alert for alert in alerts if with_over or alert.active]
    found.sort(key=lambda alert: (not alert.active, alert.tier, -alert.last_ms))
    return tuple(found[:most])
