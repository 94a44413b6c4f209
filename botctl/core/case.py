"""One question put to the rules: may this side of this market be traded, given all that is known?"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from botctl.core.books import Books, Contest, Position
from botctl.core.facts import Detection, World
from botctl.core.intent import Side
from botctl.core.measures import Measures
from botctl.core.permission import PermissionSource
from botctl.core.policy import Band, Policy
from botctl.core.standing import UNTRIED, Standing
from botctl.core.value import value


class Check(NamedTuple):
    """One rule's answer; `ok` is None when an input was missing, which is never a pass."""

    code: str
    ok: bool | None
    actual: str
    limit: str


class Phase(StrEnum):
    DECIDE = "decide"
    EXECUTE = "execute"


@value(frozen=True, slots=True)
class Inputs:
    """All that a decision about one market was based on; stored whole in its bundle."""

    now_ms: int
    world: World
    sources: tuple[PermissionSource, ...]
    detection: Detection
    position: Position | None
    books: Books
    contest: Contest
    standing: Standing = UNTRIED


@value(frozen=True, slots=True)
class Quote:
    """The trade that is being considered; amounts as in `Intent`."""

    amount_in: int
    expected_out: int  # after taxes
    min_out: int
    impact_bps: int
    cost_bps: int  # `min_out` against the mid price
    slippage_bps: int
    gas_limit: int
    fee_max_wei: int  # per gas
    band: Band


@dataclass(frozen=True, slots=True)
class Account:
    """The wallet just before signing; only `execute` knows it."""

    nonce_latest: int  # the chain's count of mined transactions
    nonce_next: int  # ours: the next one to be given out
    attempts_live: int  # of ours, at or above `nonce_latest`
    key_is_live: bool  # another live order carries this intent's key


@value(frozen=True, slots=True)
class Case:
    phase: Phase
    side: Side
    inputs: Inputs
    policy: Policy
    measures: Measures
    quote: Quote | None  # None: nothing could be quoted
    account: Account | None = None
    promised_out: int | None = None  # `execute`: what the decision expected
