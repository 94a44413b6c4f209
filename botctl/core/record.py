"""What our own trades say: how they ended, what they were filled at, how often they reverted."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.core.reasons import Reason
from botctl.core.units import BPS_ONE, ratio_bps_floor

# Any other end was forced on us: an emergency, or a position given up, whose reason is free text.
ORDERLY = frozenset(
    {
        str(Reason.EXIT_STOP_LOSS),
        str(Reason.EXIT_TAKE_PROFIT),
        str(Reason.EXIT_TRAILING),
        str(Reason.EXIT_TIME),
        str(Reason.EXIT_LIVE_PROBE),
    }
)


@dataclass(frozen=True, slots=True)
class Trade:
    """One closed position; wei, gas included. `spent_wei` is what it cost in all."""

    opened_ms: int
    closed_ms: int
    spent_wei: int
    realised_wei: int  # signed
    exit_reason: str

    @property
    def forced(self) -> bool:
        """The market had turned into a trap, or was left with what we paid."""
        return self.exit_reason not in ORDERLY

    @property
    def result_bps(self) -> int:
        """Of what was spent, rounded down: a loss looks larger, a profit smaller."""
        return ratio_bps_floor(self.realised_wei, self.spent_wei) if self.spent_wei > 0 else 0


@dataclass(frozen=True, slots=True)
class Entered:
    """One buy that was filled: what its decision expected and what arrived, in token units."""

    settled_ms: int
    expected_out: int
    got: int

    @property
    def slippage_bps(self) -> int:
        short = max(0, self.expected_out - self.got)
        return ratio_bps_floor(short, self.expected_out) if self.expected_out > 0 else 0


@dataclass(frozen=True, slots=True)
class Performance:
    """The newest of each, newest first; the counts are of transactions since the window's start."""

    trades: tuple[Trade, ...]
    entered: tuple[Entered, ...]
    mined: int
    reverted: int


@dataclass(frozen=True, slots=True)
class Record:
    """What sizing needs of the last trades: sums in bps, so that sizes do not weigh twice."""

    trades: int
    wins: int
    gain_bps: int  # sum over the wins
    loss_bps: int  # sum over the others, positive
    good_in_row: (
        int  # trades without a forced exit since the last one, newest backwards, of the canary
    )


NOTHING = Performance((), (), 0, 0)


def record(trades: Sequence[Trade], canary_from_ms: int = 0) -> Record:
    """`trades` newest first; those opened before `canary_from_ms` let no canary grow."""
    won = [trade.result_bps for trade in trades if trade.realised_wei > 0]
    lost = [-trade.result_bps for trade in trades if trade.realised_wei <= 0]
    own = [trade for trade in trades if trade.opened_ms >= canary_from_ms]
    forced = (i for i, trade in enumerate(own) if trade.forced)
    return Record(
        trades=len(trades),
        wins=len(won),
        gain_bps=sum(won),
        loss_bps=sum(lost),
        good_in_row=next(forced, len(own)),
    )


def expectancy_bps(r: Record) -> int:
    """What one trade brought on average, in bps of its size; rounded down. 0 without trades."""
    return (r.gain_bps - r.loss_bps) // r.trades if r.trades else 0


def half_kelly_bps(r: Record) -> int:
    """Half of Kelly's share, W - (1 - W) / (average win / average loss), in bps; at least 0.

    Source: J. L. Kelly, "A New Interpretation of Information Rate", 1956; halved, because the
    record that feeds it is short. Without a loss it is half of the win rate.
    """
    if not r.trades or not r.wins:
        return 0
    win_bps = ratio_bps_floor(r.wins, r.trades)
    losses = r.trades - r.wins
    if not losses or not r.loss_bps:
        return win_bps // 2
    # (average win / average loss) as a fraction: gain * losses / (loss * wins)
    ratio_of = r.loss_bps * r.wins
    against = -(-(BPS_ONE - win_bps) * ratio_of // (r.gain_bps * losses)) if r.gain_bps else BPS_ONE
    return max(0, win_bps - against) // 2
