"""The plain form of a bundle, and the first place where two of them part."""

from hypothesis import given
from hypothesis import strategies as st

from botctl.core.bundle import ABSENT, SAFE_INTEGER, Difference, first_difference, plain
from botctl.core.case import Check
from botctl.core.deciding import decide
from botctl.core.permission import Level
from botctl.core.reasons import Kind, Reason
from tests.support.builders import FACTS, POLICY, changed, make_inputs, make_position

scalars = st.none() | st.booleans() | st.integers(-SAFE_INTEGER, SAFE_INTEGER) | st.text(max_size=4)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.integers(-(2**256), 2**256))
def test_an_integer_stays_one_until_a_json_reader_could_lose_it(value: int) -> None:
    found = plain(value)
    assert int(str(found)) == value
    assert isinstance(found, str) == (abs(value) > SAFE_INTEGER)


def test_the_last_safe_integer_is_a_number_and_the_next_a_string() -> None:
    assert SAFE_INTEGER == 9_007_199_254_740_991
    assert plain([2**53 - 1, 2**53, -(2**53) + 1, -(2**53)]) == [
        9_007_199_254_740_991,
        "9007199254740992",
        -9_007_199_254_740_991,
        "-9007199254740992",
    ]


def test_values_take_the_shape_of_their_fields() -> None:
    check = Check(Reason.INV_KILL_OK, ok=True, actual="a", limit="b")
    assert plain({"checks": (check,), "kind": Kind.BUY, "level": Level.HALT_ALL, "none": None}) == {
        "checks": [["INV_KILL_OK", True, "a", "b"]],
        "kind": "BUY",
        "level": 2,
        "none": None,
    }
    facts = plain(FACTS)
    assert isinstance(facts, dict)
    assert list(facts) == list(FACTS.__slots__)


def test_nothing_but_json_is_left_of_a_whole_decision() -> None:
    for inputs in (make_inputs(), make_inputs(position=make_position(cost_wei=10**18))):
        found = plain({"inputs": inputs, "policy": POLICY, "decision": decide(inputs, POLICY)})
        assert _kinds(found) <= {dict, list, str, int, bool, type(None)}


def test_what_is_already_encoded_is_left_for_the_codec() -> None:
    encoded = b'{"a":1}'
    assert plain({"world": encoded}) == {"world": encoded}


@given(documents)
def test_a_document_does_not_differ_from_itself(document: object) -> None:
    assert first_difference(document, plain(document)) is None


@given(documents, documents)
def test_two_documents_differ_just_when_they_are_not_the_same(one: object, other: object) -> None:
    assert (first_difference(one, other) is None) == (_exact(one) == _exact(other))
    assert (first_difference(other, one) is None) == (first_difference(one, other) is None)


def test_the_first_difference_in_key_order_is_named_with_its_path() -> None:
    stored: dict[str, object] = {"a": {"x": [1, {"y": 2}], "z": 1}, "b": 1}
    other: dict[str, object] = {"b": 2, "a": {"z": 9, "x": [1, {"y": 3}]}}
    assert first_difference(stored, other) == Difference("a.x[1].y", 2, 3)


def test_lists_of_another_length_part_as_a_whole() -> None:
    assert first_difference({"a": [1]}, {"a": [1, 2]}) == Difference("a", [1], [1, 2])


def test_a_field_that_is_null_differs_from_a_field_that_is_not_there() -> None:
    assert first_difference({"a": None}, {}) == Difference("a", None, ABSENT)
    assert first_difference({}, {"a": None}) == Difference("a", ABSENT, None)


def test_true_differs_from_one_and_a_number_from_its_string() -> None:
    assert first_difference([True], [1]) == Difference("[0]", stored=True, recomputed=1)
    assert first_difference({"a": "1"}, {"a": 1}) == Difference("a", "1", 1)


def test_one_changed_input_is_found_in_the_recomputed_decision() -> None:
    inputs = make_inputs()
    stored = plain(decide(inputs, POLICY))
    altered = changed(inputs, books=changed(inputs.books, positions=5))
    found = first_difference(stored, plain(decide(altered, POLICY)))
    assert found == Difference("checks[14][1]", stored=True, recomputed=False)


def _exact(document: object) -> object:
    """A form in which Python, too, tells True from 1."""
    if isinstance(document, dict):
        return {key: _exact(item) for key, item in document.items()}
    if isinstance(document, list):
        return [_exact(item) for item in document]
    return type(document), document


def _kinds(document: object) -> set[type]:
    below: list[object] = []
    if isinstance(document, dict):
        below = [*document.keys(), *document.values()]
    elif isinstance(document, list):
        below = document
    return {type(document)}.union(*map(_kinds, below))
