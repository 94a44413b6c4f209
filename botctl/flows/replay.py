"""replay: compute stored decisions again, without a network, and name the first field that differs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from botctl.core.bundle import Bundle, Difference, first_difference, plain
from botctl.core.bundle_file import unwrapped
from botctl.core.codes import Code
from botctl.core.deciding import decide
from botctl.core.errors import BotError, CheckError
from botctl.core.policy import RULE_VERSION
from botctl.core.units import BundleId
from botctl.ports.codec import Codec
from botctl.ports.files import BundleFolder


@dataclass(frozen=True, slots=True)
class Stored:
    """One bundle from wherever it lay; `error` when it could not even be taken up."""

    name: str
    bundle_id: BundleId
    body: bytes
    error: BotError | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """`code` is empty when the recomputed decision is the stored one."""

    name: str
    bundle_id: BundleId
    pair: str
    kind: str
    reason: str
    code: str
    say: str
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class ReplayReport:
    total: int
    same: int
    others: tuple[Replayed, ...]


def from_files(folder: BundleFolder, paths: Iterable[str]) -> Iterator[Stored]:
    """A file that is not a bundle is reported, and the next one is taken up."""
    for path in paths:
        try:
            yield Stored(path, *unwrapped(folder.read(path), path))
        except CheckError as error:
            yield Stored(path, BundleId(""), b"", error)


def from_store(items: Iterable[tuple[BundleId, bytes]]) -> Iterator[Stored]:
    return (Stored(bundle_id, bundle_id, body) for bundle_id, body in items)


def replay(codec: Codec, stored: Iterable[Stored]) -> ReplayReport:
    """Every bundle is verified, decoded and decided again; the good ones are only counted."""
    total, others = 0, []
    for one in stored:
        total += 1
        result = replay_one(codec, one)
        if result.code:
            others.append(result)
    return ReplayReport(total, total - len(others), tuple(others))


def replay_one(codec: Codec, stored: Stored) -> Replayed:
    try:
        if stored.error is not None:
            raise stored.error
        bundle = verified(codec, stored)
        _require_same_rules(bundle)
    except CheckError as error:
        return Replayed(
            stored.name, stored.bundle_id, "", "", "", error.code, f"{error.say} {_facts(error)}"
        )
    market, was = bundle.inputs.detection.market, bundle.decision
    now = decide(bundle.inputs, bundle.policy)
    if now == was:
        return Replayed(stored.name, stored.bundle_id, market.pair, was.kind, was.reason, "", "")
    difference = first_difference(plain(was), plain(now), "decision")
    return Replayed(
        stored.name,
        stored.bundle_id,
        market.pair,
        was.kind,
        was.reason,
        Code.ERR_REPLAY_MISMATCH,
        "the same inputs decide differently now",
        difference,
    )


def verified(codec: Codec, stored: Stored) -> Bundle:
    """The decoded bundle of a body whose hash is its id; raises CheckError with the field."""
    found = codec.bundle_id(stored.body)
    if found != stored.bundle_id:
        raise CheckError(
            Code.ERR_BUNDLE_HASH,
            "the content is not what the id names: it was altered",
            bundle=stored.name,
            content=found,
        )
    return codec.read_bundle(stored.body)


def _require_same_rules(bundle: Bundle) -> None:
    if bundle.header.rule_version != RULE_VERSION:
        raise CheckError(
            Code.ERR_BUNDLE_RULES,
            "the bundle was decided by another rule version: replay it with the botctl that has it",
            bundle=bundle.header.rule_version,
            ours=RULE_VERSION,
            build=bundle.header.build_sha,
        )


def _facts(error: BotError) -> str:
    return " ".join(f"{key}={value}" for key, value in error.facts.items())
