"""A value of the core is a dataclass like any other, and can be a key."""

from dataclasses import fields, is_dataclass, replace

import pytest

from botctl.core.case import Case, Inputs, Quote
from botctl.core.deciding.decision import Decision
from botctl.core.measures import Measures
from tests.support.builders import make_quote


@pytest.mark.parametrize("kind", [Case, Inputs, Quote, Decision, Measures])
def test_it_has_slots_and_nothing_beside_its_fields(kind: type) -> None:
    assert is_dataclass(kind)
    assert kind.__dict__["__slots__"] == tuple(field.name for field in fields(kind))


def test_equal_values_are_one_key_and_a_changed_one_is_another() -> None:
    quote, same = make_quote(), make_quote()
    other = replace(quote, min_out=quote.min_out + 1)
    assert quote == same != other
    assert len({quote, same, other}) == 2
