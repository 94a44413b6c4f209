"""The shape of an invariant: a code, and a small pure function that answers it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from botctl.core.case import Case, Check
from botctl.core.reasons import Reason


@dataclass(frozen=True, slots=True)
class Rule:
    """`blocks_exit`: an exit stops too, because sending itself would be unsafe (promise 2)."""

    code: Reason
    answer: Callable[[Case], tuple[bool | None, str, str]]
    blocks_exit: bool = False


def evaluate(rules: Iterable[Rule], case: Case) -> tuple[Check, ...]:
    """Every rule's answer: all are evaluated and recorded, whatever fails first."""
    return tuple(Check(rule.code, *rule.answer(case)) for rule in rules)


UNKNOWN = "unknown"
