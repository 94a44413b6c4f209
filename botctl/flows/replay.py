"""replay: compute stored decisions again, without a network, and name the first field that differs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from botctl.core.bundle import Bundle, Difference, first_difference, plain
from botctl.core.bundle_file import unwrapped
from botctl.core.case import Check
from botctl.core.codes import Code
from botctl.core.deciding import Decision
from botctl.core.deciding.judge import judge
from botctl.core.deciding.market import finish
from botctl.core.errors import BotError, CheckError
from botctl.core.invariants import OF_CYCLE
from botctl.core.policy import RULE_VERSION
from botctl.core.risk.regime import under
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
    total, others, again = 0, [], _Again()
    for one in stored:
        total += 1
        result = _replayed(codec, one, again)
        if isinstance(result, Replayed):
            others.append(result)
    return ReplayReport(total, total - len(others), tuple(others))


def replay_one(codec: Codec, stored: Stored) -> Replayed:
    result = _replayed(codec, stored, _Again())
    if isinstance(result, Replayed):
        return result
    return _told(stored, result)


class _Again:
    """`decide` once more, market by market; what a whole cycle shares is asked once for all of it,
    as it was when the cycle was decided.
    """

    def __init__(self) -> None:
        self._shared: tuple[object, ...] = ()
        self._of_cycle: tuple[Check, ...] | None = None

    def decided(self, bundle: Bundle) -> Decision:
        inputs = bundle.inputs
        policy = under(bundle.policy, inputs.standing.regime)
        shared = (inputs.now_ms, inputs.world, inputs.sources, policy)
        if shared != self._shared:
            self._shared, self._of_cycle = shared, None
        judged = judge(inputs, policy, self._of_cycle)
        self._of_cycle = judged.checks[: len(OF_CYCLE)]
        return finish(judged, inputs)


def _replayed(codec: Codec, stored: Stored, again: _Again) -> Replayed | Bundle:
    """The bundle itself when its decision came out as it was."""
    if stored.error is not None:
        return _refused(stored, stored.error)
    try:
        bundle = verified(codec, stored)
        _require_same_rules(bundle)
    except CheckError as error:
        return _refused(stored, error)
    was, now = bundle.decision, again.decided(bundle)
    if now == was:
        return bundle
    return replace(
        _told(stored, bundle),
        code=Code.ERR_REPLAY_MISMATCH,
        say="the same inputs decide differently now",
        difference=first_difference(plain(was), plain(now), "decision"),
    )


def _refused(stored: Stored, error: BotError) -> Replayed:
    say = f"{error.say} {_facts(error)}"
    return Replayed(stored.name, stored.bundle_id, "", "", "", error.code, say)


def _told(stored: Stored, bundle: Bundle) -> Replayed:
    pair, was = bundle.inputs.detection.market.pair, bundle.decision
    return Replayed(stored.name, stored.bundle_id, pair, was.kind, was.reason, "", "")


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
