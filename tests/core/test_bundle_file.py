"""A bundle's file: whole or refused, wherever the pen broke."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.bundle_file import unwrapped, wrapped
from botctl.core.codes import Code
from botctl.core.errors import CheckError
from botctl.core.units import BundleId

ID = BundleId("0123456789abcdef" * 4)
BODY = b'{"decision":{"kind":"BUY"},"note":"a \\"quoted\\" word"}'
FILE = wrapped(ID, BODY)

bodies = st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=4).map(
    lambda d: json.dumps(d, sort_keys=True, separators=(",", ":")).encode()
)


@given(bodies, st.text("0123456789abcdef", min_size=64, max_size=64))
def test_what_was_wrapped_is_unwrapped(body: bytes, bundle_id: str) -> None:
    assert unwrapped(wrapped(BundleId(bundle_id), body), "f") == (bundle_id, body)


def test_the_file_is_itself_json_with_its_keys_in_order() -> None:
    found = json.loads(FILE)
    assert found == {"body": json.loads(BODY), "bundle_id": ID}
    assert list(found) == sorted(found)


@pytest.mark.parametrize("space", [b"\n", b"\r\n", b"  \n"])
def test_white_space_around_it_does_no_harm(space: bytes) -> None:
    assert unwrapped(space + FILE + space, "f") == (ID, BODY)


@pytest.mark.parametrize("length", range(len(FILE)))
def test_a_file_cut_off_at_any_byte_is_refused_by_its_name(length: int) -> None:
    with pytest.raises(CheckError) as caught:
        unwrapped(FILE[:length], "half.json")
    assert caught.value.code is Code.ERR_BUNDLE_UNREADABLE
    assert caught.value.facts["file"] == "half.json"
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("start", range(1, len(FILE)))
def test_a_file_without_its_beginning_is_refused(start: int) -> None:
    with pytest.raises(CheckError):
        unwrapped(FILE[start:], "f")


@given(st.binary(max_size=200))
def test_anything_else_is_refused_and_never_a_crash(content: bytes) -> None:
    with pytest.raises(CheckError):
        unwrapped(content, "f")


@pytest.mark.parametrize(
    "content",
    [
        FILE + FILE,
        FILE.replace(b'"bundle_id"', b'"bundle_ID"'),
        FILE.replace(b'{"body":', b'{"bodY":'),
        FILE[:-2] + b'0"}',
        b'{"body":,"bundle_id":"' + ID.encode() + b'"}',
    ],
)
def test_a_file_of_another_shape_is_refused(content: bytes) -> None:
    if content == FILE + FILE:
        _, body = unwrapped(content, "f")
        assert body != BODY  # its hash cannot be the one it claims
        return
    with pytest.raises(CheckError):
        unwrapped(content, "f")


def test_an_id_that_is_no_text_is_no_crash() -> None:
    content = FILE.replace(ID.encode(), b"\xff" * 64)
    found, _ = unwrapped(content, "f")
    assert found != ID
