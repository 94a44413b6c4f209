"""What the codec leaves out or reads once, and puts back: embedded parts, and parts that bundles share."""

from dataclasses import replace

import pytest

from botctl.adapters.codec import JsonCodec
from botctl.core.bundle import Bundle, Header
from botctl.core.codes import Code
from botctl.core.deciding import decide
from botctl.core.errors import CheckError
from tests.support.builders import POLICY, make_inputs

HEADER = Header(1, "build", "1", "config", None)
BIG = 10**20


def bundle(header: Header = HEADER) -> Bundle:
    inputs = make_inputs()
    return Bundle(header, POLICY, inputs, decide(inputs, POLICY))


@pytest.mark.parametrize("text", ["plain", 'with an "escape"'])
def test_embedded_parts_end_up_where_they_were_put_whatever_the_order_of_the_keys(
    text: str,
) -> None:
    codec = JsonCodec()

    def part(value: object) -> object:
        return codec.embed(codec.canonical(value))

    embedded = {"z": part({"q": BIG}), "m": text, "a": [part([1]), {"y": part(2), "b": part(text)}]}
    whole = {"z": {"q": BIG}, "m": text, "a": [[1], {"y": 2, "b": text}]}
    assert codec.canonical(embedded) == codec.canonical(whole)


def test_digits_within_a_text_without_escapes_stay_as_they_are_and_those_beside_it_do_not() -> None:
    text = {"a": "limit:12345678901234567890,", "b": BIG, "c": ["[-99999999999999999999]", -BIG]}
    quoted = text | {"b": str(BIG), "c": ["[-99999999999999999999]", str(-BIG)]}
    assert JsonCodec().to_plain(JsonCodec().canonical(text)) == quoted


def test_bundles_of_one_cycle_share_what_they_have_in_common() -> None:
    codec = JsonCodec()
    one, other = (codec.read_bundle(codec.canonical(bundle())) for _ in range(2))
    assert one == other == bundle()
    assert one.policy is other.policy
    assert one.inputs.world is other.inputs.world


def test_a_part_that_changes_from_bundle_to_bundle_is_read_each_time() -> None:
    codec = JsonCodec()
    written = [bundle(), bundle(replace(HEADER, seed=7)), bundle()]
    assert [codec.read_bundle(codec.canonical(one)) for one in written] == written


def test_what_is_wrong_within_a_shared_part_is_named_with_its_whole_path() -> None:
    codec = JsonCodec()
    body = codec.canonical(bundle()).replace(b'"select_best":', b'"select":')
    with pytest.raises(CheckError) as caught:
        codec.read_bundle(body)
    assert caught.value.code is Code.ERR_BUNDLE_INCOMPLETE
    assert caught.value.facts["field"] == "$.policy"
