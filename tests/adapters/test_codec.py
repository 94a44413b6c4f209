"""Canonical documents: RFC 8785 by the referee's judgement, and read back without any loss."""

import msgspec
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botctl.adapters.codec import JsonCodec
from botctl.core.bundle import SAFE_INTEGER, Bundle, plain
from botctl.core.codes import Code
from botctl.core.errors import CheckError
from botctl.core.policy import Policy
from botctl.core.units import UINT256_MAX

CODEC = JsonCodec()
BUNDLES, POLICIES = st.from_type(Bundle), st.from_type(Policy)
INTEGERS = st.one_of(
    st.integers(SAFE_INTEGER - 2, SAFE_INTEGER + 2), st.integers(-UINT256_MAX, UINT256_MAX)
)
SLOW_TO_BUILD = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60,
    deadline=None,
)  # fmt: skip
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcxyz_09", max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


def refereed(document: object) -> bytes:
    value = plain(document)
    assert value is None or isinstance(value, bool | int | str | dict | list)
    return rfc8785.dumps(value)


@given(document=DOCUMENTS)
def test_any_document_is_what_the_referee_writes(document: object) -> None:
    assert CODEC.canonical(document) == refereed(document)


@SLOW_TO_BUILD
@given(bundle=BUNDLES)
def test_a_bundle_is_what_the_referee_writes_and_reads_back_whole(bundle: Bundle) -> None:
    body = CODEC.canonical(bundle)
    assert body == refereed(bundle)
    assert CODEC.read_bundle(body) == bundle


@SLOW_TO_BUILD
@given(bundle=BUNDLES)
def test_what_a_scan_stores_reads_back_whole(bundle: Bundle) -> None:
    seen, world = bundle.inputs.detection, bundle.inputs.world
    assert CODEC.read_detection(CODEC.canonical(seen)) == seen
    assert CODEC.read_world(CODEC.canonical(world)) == world


@SLOW_TO_BUILD
@given(bundle=BUNDLES, policy=POLICIES)
def test_an_embedded_part_is_the_same_as_the_part_itself(bundle: Bundle, policy: Policy) -> None:
    parts = {"inputs": bundle.inputs, "policy": policy}
    embedded = {key: CODEC.embed(CODEC.canonical(part)) for key, part in parts.items()}
    assert CODEC.canonical(embedded) == CODEC.canonical(parts)


@pytest.mark.parametrize("amount", [SAFE_INTEGER, SAFE_INTEGER + 1, 10**16, 2**64, UINT256_MAX])
@pytest.mark.parametrize("sign", [1, -1])
def test_integers_beyond_what_every_reader_keeps_are_strings(amount: int, sign: int) -> None:
    written = CODEC.canonical([amount * sign])
    assert written == (b"[%d]" if amount <= SAFE_INTEGER else b'["%d"]') % (amount * sign)


def test_digits_inside_a_text_stay_as_they_are() -> None:
    text = {"detail": "limit:12345678901234567890,", "quoted": 'a "99999999999999999999" b'}
    assert CODEC.to_plain(CODEC.canonical(text)) == text


@pytest.mark.parametrize("text", ["null", "true", "5", "", "\x00", "\u2028", "🦄"])
def test_a_text_that_looks_like_another_type_stays_text(text: str) -> None:
    read = msgspec.json.decode(
        CODEC.canonical({"x": text}), type=dict[str, str | None], strict=False
    )
    assert read == {"x": text}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b'{"header":{}}', Code.ERR_BUNDLE_INCOMPLETE, "$.header"),
        (b'{"decision":5}', Code.ERR_BUNDLE_INCOMPLETE, "$.decision"),
        (b"[]", Code.ERR_BUNDLE_INCOMPLETE, "$"),
    ],
)
def test_an_incomplete_bundle_names_the_field(body: bytes, code: Code, field: str) -> None:
    with pytest.raises(CheckError) as caught:
        CODEC.read_bundle(body)
    assert (caught.value.code, caught.value.facts["field"]) == (code, field)


@pytest.mark.parametrize("body", [b"", b"{", b'{"header', b"nonsense"])
def test_what_is_not_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(CheckError) as caught:
        CODEC.read_bundle(body)
    assert caught.value.code is Code.ERR_BUNDLE_UNREADABLE


def test_the_id_is_the_sha256_of_the_canonical_form() -> None:
    known = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of {}
    assert CODEC.bundle_id(CODEC.canonical({})) == known
