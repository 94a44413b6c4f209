"""Canonical documents (RFC 8785) by msgspec: sorted compact JSON, large integers as strings."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final, Generic, TypeVar

import msgspec

from botctl.adapters import codec_forms as forms
from botctl.core.books import Books, Contest, Position
from botctl.core.bundle import SAFE_INTEGER, Bundle, Draft, DraftInputs, Header, plain
from botctl.core.case import Inputs
from botctl.core.codes import Code
from botctl.core.deciding.decision import Decision
from botctl.core.errors import CheckError
from botctl.core.facts import Detection, Past, Tiers, World
from botctl.core.permission import PermissionSource
from botctl.core.policy import Policy
from botctl.core.risk.calm import jump_bps
from botctl.core.standing import Standing
from botctl.core.units import BundleId

T = TypeVar("T")

# Lax: integers beyond 2^53 are strings in the document. Text stays text: "null" is not None.
_BUNDLE: Final = msgspec.json.Decoder(Bundle, strict=False)
_DETECTION: Final = msgspec.json.Decoder(Detection, strict=False)
_WORLD: Final = msgspec.json.Decoder(World, strict=False)
_SOURCES: Final = msgspec.json.Decoder(tuple[PermissionSource, ...], strict=False)
_STANDING: Final = msgspec.json.Decoder(Standing, strict=False)
_POLICY: Final = msgspec.json.Decoder(Policy, strict=False)
_HEADER: Final = msgspec.json.Decoder(Header, strict=False)
LONG: Final = 16  # digits of 2^53 - 1
_LONG_SHAPE: Final = b"0" * LONG
_DIGITS_AS_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_RUN: Final = re.compile(rb"\d+")
_SEAM: Final = b"\0"  # no JSON holds a bare NUL


class _Reserves(msgspec.Struct, gc=False):
    reserve_token: int | None
    reserve_quote: int | None


class _At(msgspec.Struct, gc=False):
    block: int
    fetched_at_ms: int


class _Before(msgspec.Struct, gc=False):
    """Of a stored Detection what the next cycle asks of it."""

    facts: _Reserves
    provenance: _At
    tiers: Tiers | None = None
    past: Past | None = None


_BEFORE: Final = msgspec.json.Decoder(_Before, strict=False)


class _Inputs(msgspec.Struct, gc=False):
    """core.case.Inputs, with what a whole cycle shares still encoded."""

    now_ms: int
    world: msgspec.Raw
    sources: msgspec.Raw
    detection: Detection
    position: Position | None
    books: Books
    contest: Contest
    standing: msgspec.Raw


class _Stored(msgspec.Struct, gc=False):
    """core.bundle.Bundle, likewise."""

    header: msgspec.Raw
    policy: msgspec.Raw
    inputs: _Inputs
    decision: Decision


_STORED: Final = msgspec.json.Decoder(_Stored, strict=False)


class _Shared(Generic[T]):
    """Reads a part that many bundles in a row have in common only when it changes."""

    def __init__(self, decoder: "msgspec.json.Decoder[T]") -> None:
        self._decoder = decoder
        self._last: tuple[bytes, T] | None = None

    def read(self, raw: msgspec.Raw) -> T:
        """The very same object for the same bytes; raises what the decoder raises."""
        body, last = bytes(raw), self._last
        if last is not None and last[0] == body:
            return last[1]
        value = self._decoder.decode(body)
        self._last = body, value
        return value


class Embedded:
    """Canonical bytes on their way into a larger document."""

    __slots__ = ("raw",)

    def __init__(self, body: bytes) -> None:
        self.raw = msgspec.Raw(body)


class JsonCodec:
    """Implements ports.codec.Codec; keys are field names, so ASCII, and sort alike in any UTF."""

    def __init__(self) -> None:
        self._header, self._policy = _Shared(_HEADER), _Shared(_POLICY)
        self._world, self._sources = _Shared(_WORLD), _Shared(_SOURCES)
        self._standing = _Shared(_STANDING)

    def canonical(self, document: object) -> bytes:
        """Encodes the dataclasses as they are, then quotes long integers between the strings.

        A walk in Python (`plain`) would say the same five times slower; it is the way for the rare
        document with an escape, where a quote does not always end a string. What is embedded is
        canonical already and stays out of both. A draft, of which a cycle has hundreds, has a form of
        its own.
        """
        if isinstance(document, Draft):
            return forms.encoded(self._draft(document))
        body, embedded = _encoded(document)
        if b"\\" in body:
            body, embedded = _encoded(plain(document))
        else:
            body = _quoted(body)
        return _sewn(body, embedded) if embedded else body

    def embed(self, canonical: bytes) -> object:
        return Embedded(canonical)

    def bundle_id(self, canonical: bytes) -> BundleId:
        return BundleId(sha256(canonical).hexdigest())

    def read_bundle(self, body: bytes) -> Bundle:
        try:
            return self._bundle(_STORED.decode(body))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return _read(_BUNDLE, body)  # in one piece, so that the error names the whole path

    def read_detection(self, body: bytes) -> Detection:
        return _read(_DETECTION, body)

    def read_before(self, body: bytes | None, flicker_bps: int) -> tuple[Past | None, Tiers | None]:
        if body is None:
            return None, None
        try:
            seen = _BEFORE.decode(body)
        except msgspec.MsgspecError:  # of an older botctl
            return None, None
        token, quote, at = seen.facts.reserve_token, seen.facts.reserve_quote, seen.provenance
        if token is None or quote is None:
            return seen.past, seen.tiers  # what it was when it could last be read
        jumped = jump_bps(seen.past, token, quote)
        jumped_ms = seen.past.jumped_ms if seen.past else None
        if jumped is not None and jumped > flicker_bps:
            jumped_ms = at.fetched_at_ms
        return Past(at.block, token, quote, jumped_ms), seen.tiers

    def read_world(self, body: bytes) -> World:
        return _read(_WORLD, body)

    def to_plain(self, body: bytes) -> object:
        return msgspec.json.decode(body)

    def _draft(self, draft: Draft) -> forms.BundleForm:
        decision, intent = draft.decision, draft.decision.intent
        return forms.BundleForm(
            forms.decision_form(decision, None if intent is None else self._raw(intent)),
            self._raw(draft.header),
            self._draft_inputs(draft.inputs),
            self._raw(draft.policy),
        )

    def _draft_inputs(self, i: DraftInputs) -> forms.InputsForm:
        return forms.InputsForm(
            forms.books_form(i.books),
            forms.contest_form(i.contest),
            self._raw(i.detection),
            forms.number(i.now_ms),
            None if i.position is None else self._raw(i.position),
            self._raw(i.sources),
            self._raw(i.standing),
            self._raw(i.world),
        )

    def _raw(self, part: object) -> msgspec.Raw:
        return part.raw if isinstance(part, Embedded) else msgspec.Raw(self.canonical(part))

    def _bundle(self, stored: _Stored) -> Bundle:
        of_market = stored.inputs
        inputs = Inputs(
            now_ms=of_market.now_ms,
            world=self._world.read(of_market.world),
            sources=self._sources.read(of_market.sources),
            detection=of_market.detection,
            position=of_market.position,
            books=of_market.books,
            contest=of_market.contest,
            standing=self._standing.read(of_market.standing),
        )
        header, policy = self._header.read(stored.header), self._policy.read(stored.policy)
        return Bundle(header, policy, inputs, stored.decision)


def _encoded(document: object) -> tuple[bytes, list[bytes]]:
    """Sorted compact JSON with a seam for each embedded part, and those parts in its order."""
    embedded: list[bytes] = []

    def seam(value: object) -> msgspec.Raw:
        assert isinstance(value, Embedded), type(value)
        embedded.append(bytes(value.raw))
        return msgspec.Raw(_SEAM)

    return msgspec.json.encode(document, enc_hook=seam, order="sorted"), embedded


def _sewn(body: bytes, embedded: Sequence[bytes]) -> bytes:
    first, *others = body.split(_SEAM)
    pairs = zip(embedded, others, strict=True)
    return b"".join((first, *(piece for pair in pairs for piece in pair)))


def _quoted(body: bytes) -> bytes:
    """`body` without escapes: each integer that a reader could lose, between quotes."""
    cuts = list(_ends_of_long_integers(body))
    if not cuts:
        return body
    return b'"'.join([body[start:end] for start, end in pairwise((0, *cuts, len(body)))])


def _ends_of_long_integers(body: bytes) -> Iterator[int]:
    """Start, end, start, end; a sign belongs to its integer. Digits within a text are skipped."""
    shape = body.translate(_DIGITS_AS_ZEROS)
    at, counted, quotes = shape.find(_LONG_SHAPE), 0, 0
    while at >= 0:
        quotes += body.count(b'"', counted, at)
        counted = at
        if quotes % 2:
            end = body.index(b'"', at)
        else:
            digits = _RUN.match(body, at)
            assert digits is not None
            end = digits.end()
            if end - at > LONG or int(digits.group()) > SAFE_INTEGER:
                yield at - body.startswith(b"-", at - 1)
                yield end
        at = shape.find(_LONG_SHAPE, end)


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
