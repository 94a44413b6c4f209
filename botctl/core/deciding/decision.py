"""One decision, with everything that spoke for and against it."""

from botctl.core.case import Check, Quote
from botctl.core.intent import Intent
from botctl.core.measures import Measures
from botctl.core.reasons import Kind, Reason
from botctl.core.value import value


@value(frozen=True, slots=True)
class Decision:
    """`checks` are invariants in their order; `value_wei` is what the held quantity would bring;
    None when that is not known."""

    kind: Kind
    reason: Reason
    detail: str
    score: int
    passes: int
    checks: tuple[Check, ...]
    signals: tuple[Check, ...]
    measures: Measures
    quote: Quote | None
    intent: Intent | None
    value_wei: int | None
