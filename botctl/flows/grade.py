"""ledger grade: what each reason refused or took, and what became of it."""

from dataclasses import dataclass

from botctl.core.grades import Grade, Horizon, grades
from botctl.core.grading import HORIZONS_S, GradeRules
from botctl.ports.store import Store


@dataclass(frozen=True, slots=True)
class GradeReport:
    """Decisions since `since_ms`; `base` is everything followed, whatever `grades` was narrowed to."""

    since_ms: int
    rules: GradeRules
    base: tuple[Horizon, ...]
    grades: tuple[Grade, ...]


def grade(
    store: Store, rules: GradeRules, *, since_ms: int, reasons: tuple[str, ...] = ()
) -> GradeReport:
    """`reasons` narrows the report; the base rate stays that of all."""
    outcomes = {h: store.outcomes(h, since_ms) for h in HORIZONS_S}
    made = grades(outcomes, store.reasons_since(since_ms), rules)
    shown = tuple(one for one in made.grades if not reasons or one.reason in reasons)
    return GradeReport(since_ms, rules, made.base, shown)
