"""The short way to write a bundle and the long one come to the same bytes."""

from dataclasses import fields, replace
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from botctl.adapters import codec_forms as forms
from botctl.adapters.codec import JsonCodec
from botctl.core.books import Books, Contest, Position
from botctl.core.bundle import SAFE_INTEGER, Bundle, Draft, DraftInputs, Header
from botctl.core.case import Inputs
from botctl.core.deciding import decide
from botctl.core.deciding.decision import Decision
from botctl.core.units import UINT256_MAX
from tests.support.builders import POLICY, changed, make_inputs, make_position

T = TypeVar("T")

CODEC = JsonCodec()
HEADER = Header(1, "build", "2", "config", None)
SLOW_TO_BUILD = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=80,
    deadline=None,
)  # fmt: skip
EDGES = [SAFE_INTEGER, SAFE_INTEGER + 1, -SAFE_INTEGER, -SAFE_INTEGER - 1, 2**64, UINT256_MAX]


def part(value: object) -> object:
    return CODEC.embed(CODEC.canonical(value))


def draft(bundle: Bundle) -> Draft:
    i = bundle.inputs
    inputs = DraftInputs(
        i.now_ms,
        part(i.world),
        part(i.sources),
        part(i.detection),
        i.position,
        i.books,
        i.contest,
        part(i.standing),
    )
    return Draft(part(bundle.header), part(bundle.policy), inputs, bundle.decision)


def of(inputs: Inputs) -> Bundle:
    return Bundle(HEADER, POLICY, inputs, decide(inputs, POLICY))


@SLOW_TO_BUILD
@given(bundle=st.from_type(Bundle))
def test_a_draft_is_written_as_the_bundle_it_stands_for(bundle: Bundle) -> None:
    assert CODEC.canonical(draft(bundle)) == CODEC.canonical(bundle)


@pytest.mark.parametrize("position", [None, make_position()])
def test_with_an_intent_and_with_a_position(position: Position | None) -> None:
    bundle = of(make_inputs(position=position))
    assert (bundle.decision.intent is None) is (position is not None)
    assert CODEC.canonical(draft(bundle)) == CODEC.canonical(bundle)


@pytest.mark.parametrize("amount", EDGES)
def test_every_number_of_a_decision_may_be_too_long_for_a_reader(amount: int) -> None:
    bundle = of(make_inputs())
    was = bundle.decision
    assert was.quote is not None
    quote = replace(_all(was.quote, amount), band=_all(was.quote.band, amount))
    decision = replace(_all(was, amount), quote=quote, measures=_all(was.measures, amount))
    inputs = bundle.inputs
    inputs = replace(
        _all(inputs, amount), books=_all(inputs.books, amount), contest=_all(inputs.contest, amount)
    )
    bundle = replace(bundle, inputs=inputs, decision=decision)
    assert CODEC.canonical(draft(bundle)) == CODEC.canonical(bundle)


def test_parts_that_are_not_encoded_yet_are_encoded() -> None:
    bundle = of(make_inputs())
    i = bundle.inputs
    inputs = DraftInputs(
        i.now_ms, i.world, i.sources, i.detection, i.position, i.books, i.contest, i.standing
    )
    plain = Draft(bundle.header, bundle.policy, inputs, bundle.decision)
    assert CODEC.canonical(plain) == CODEC.canonical(bundle)


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (forms.BundleForm, Bundle),
        (forms.BundleForm, Draft),
        (forms.InputsForm, Inputs),
        (forms.InputsForm, DraftInputs),
        (forms.DecisionForm, Decision),
        (forms.BooksForm, Books),
        (forms.ContestForm, Contest),
    ],
)
def test_a_form_has_the_fields_of_its_class_in_the_order_of_their_names(
    form: type[Struct], kind: type
) -> None:
    assert form.__struct_fields__ == tuple(sorted(field.name for field in fields(kind)))


def _all(one: T, amount: int) -> T:
    """Every field that holds an integer, or may, now holds this one."""
    numbers = {
        field.name: amount
        for field in fields(one)  # type: ignore[arg-type]
        if str(field.type) in {"int", "<class 'int'>", "int | None"}
    }
    assert numbers
    return changed(one, **numbers)
