"""Canonical documents (RFC 8785) by msgspec: sorted compact JSON, large integers as strings."""

import re
from hashlib import sha256
from typing import Final, TypeVar

import msgspec

from botctl.core.bundle import SAFE_INTEGER, Bundle, plain
from botctl.core.codes import Code
from botctl.core.errors import CheckError
from botctl.core.facts import Detection, World
from botctl.core.units import BundleId

T = TypeVar("T")

# Lax: integers beyond 2^53 are strings in the document. Text stays text: "null" is not None.
_BUNDLE: Final = msgspec.json.Decoder(Bundle, strict=False)
_DETECTION: Final = msgspec.json.Decoder(Detection, strict=False)
_WORLD: Final = msgspec.json.Decoder(World, strict=False)
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
LONG: Final = 16  # digits of 2^53 - 1
_LONG: Final = re.compile(rb"-?\d{%d,}" % LONG)


class JsonCodec:
    """Implements ports.codec.Codec; keys are field names, so ASCII, and sort alike in any UTF."""

    def canonical(self, document: object) -> bytes:
        """Encodes the dataclasses as they are, then quotes long integers between the strings.

        A walk in Python (`plain`) would say the same five times slower; it is the way for the rare
        document with an escape, where a quote does not always end a string.
        """
        body = _ENCODER.encode(document)
        if b"\\" in body:
            return _ENCODER.encode(plain(document))
        parts = body.split(b'"')
        parts[::2] = [_quoted(part) for part in parts[::2]]
        return b'"'.join(parts)

    def embed(self, canonical: bytes) -> object:
        return msgspec.Raw(canonical)

    def bundle_id(self, canonical: bytes) -> BundleId:
        return BundleId(sha256(canonical).hexdigest())

    def read_bundle(self, body: bytes) -> Bundle:
        return _read(_BUNDLE, body)

    def read_detection(self, body: bytes) -> Detection:
        return _read(_DETECTION, body)

    def read_world(self, body: bytes) -> World:
        return _read(_WORLD, body)

    def to_plain(self, body: bytes) -> object:
        return msgspec.json.decode(body)


def _quoted(part: bytes) -> bytes:
    return _LONG.sub(_quote, part) if len(part) >= LONG else part


def _quote(found: re.Match[bytes]) -> bytes:
    digits = found.group()
    return digits if abs(int(digits)) <= SAFE_INTEGER else b'"%s"' % digits


def _read(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        say = f"the document does not have the shape it should: {what}"
        field = where.strip("`") or "$"
        raise CheckError(Code.ERR_BUNDLE_INCOMPLETE, say, field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CheckError(Code.ERR_BUNDLE_UNREADABLE, f"not JSON: {error}") from None
