"""The shape of an invariant: a code, and a small pure function that answers it."""

from collections.abc import Callable, Iterable
from typing import Final

from botctl.core.case import Case, Check
from botctl.core.reasons import Reason
from botctl.core.value import value


@value(frozen=True, slots=True)
class Rule:
    """`blocks_exit`: an exit stops too, because sending itself would be unsafe (promise 2)."""

    code: Reason
    answer: Callable[[Case], tuple[bool | None, str, str]]
    blocks_exit: bool = False


def evaluate(rules: Iterable[Rule], case: Case) -> tuple[Check, ...]:
    """Every rule's answer: all are evaluated and recorded, whatever fails first."""
    checks = []
    for rule in rules:
        ok, actual, limit = rule.answer(case)
        checks.append(_new(Check, (rule.code, ok, actual, limit)))
    return tuple(checks)


UNKNOWN = "unknown"
_new: Final = tuple.__new__  # a NamedTuple's own constructor takes half as long again
