"""Bundles captured from demo runs replay to the same decision, and whatever is altered is found."""

import json
from collections import Counter
from pathlib import Path

import pytest

from botctl.adapters.codec import JsonCodec
from botctl.adapters.files import DiskBundleFolder
from botctl.core.bundle_file import unwrapped, wrapped
from botctl.core.codes import Code
from botctl.core.reasons import Kind, Reason
from botctl.core.units import BundleId
from botctl.flows.bundles import validate
from botctl.flows.replay import Stored, from_files, replay, replay_one

CORPUS = sorted(str(path) for path in (Path(__file__).parent / "bundles").glob("*.json"))
CODEC = JsonCodec()
FOLDER = DiskBundleFolder(Path(__file__).parent / "bundles")
# What no decision can say: another chain stops the scan, two are asked at signing and at reconciling
# only, and a flatten is ordered by a person.
NOT_DECIDED = {
    Reason.EXIT_FLATTEN,  # a person orders it: no market is judged
    Reason.INV_CHAIN_ID_MATCH,
    Reason.INV_NONCE_SYNCED,
    Reason.INV_LEDGER_MATCHES,
    Reason.EXIT_FLATTEN,
}
IN_SIGNALS = {reason for reason in Reason if reason.startswith("SIG_")}


def stored(path: str) -> Stored:
    return next(from_files(FOLDER, [path]))


def document(path: str) -> dict[str, dict[str, object]]:
    body: dict[str, dict[str, object]] = json.loads(stored(path).body)
    return body


def altered(path: str, **changes: object) -> Stored:
    """A decision changed by hand, with an id that fits: only recomputing can find it."""
    body = document(path)
    body["decision"] = {**body["decision"], **changes}
    raw = CODEC.canonical(body)
    return Stored("altered", CODEC.bundle_id(raw), raw)


def test_the_corpus_is_large_and_replays_to_the_same_decisions() -> None:
    report = replay(CODEC, from_files(FOLDER, CORPUS))
    assert report.others == ()
    assert report.same == report.total >= 60


def test_every_kind_and_every_reason_reachable_so_far_is_in_the_corpus() -> None:
    decisions = [document(path)["decision"] for path in CORPUS]
    assert {str(one["kind"]) for one in decisions} == set(Kind)
    reasons = {str(one["reason"]) for one in decisions}
    assert set(Reason) - IN_SIGNALS - NOT_DECIDED - reasons == set()


def test_an_invariant_that_is_the_reason_stands_among_the_failed_checks() -> None:
    for path in CORPUS:
        decision = document(path)["decision"]
        failed = {code for code, ok, _, _ in decision["checks"] if not ok}  # type: ignore[attr-defined]
        reason = str(decision["reason"])
        assert not reason.startswith("INV_") or reason in failed, path


def test_every_signal_has_passed_and_failed_somewhere() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for path in CORPUS:
        for code, ok, _, _ in document(path)["decision"]["signals"]:  # type: ignore[attr-defined]
            seen[code, bool(ok)] += 1
    failed = {code for code, ok in seen if not ok}
    assert {code for code, ok in seen if ok} == IN_SIGNALS
    assert len(failed) >= len(IN_SIGNALS) - 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("score", 1), ("reason", "RANKED_OUT"), ("kind", "BUY"), ("passes", 0), ("detail", "x")],
)
def test_the_first_differing_field_is_named(field: str, value: object) -> None:
    path = next(p for p in CORPUS if document(p)["decision"]["kind"] == Kind.FAIL)
    result = replay_one(CODEC, altered(path, **{field: value}))
    assert result.code == Code.ERR_REPLAY_MISMATCH
    assert result.difference is not None
    assert result.difference.path == f"decision.{field}"
    assert result.difference.stored == value


def test_one_altered_byte_is_found_by_the_hash() -> None:
    one = stored(CORPUS[0])
    raw = one.body.replace(b'"score":', b'"Score":', 1)
    result = replay_one(CODEC, Stored("altered", one.bundle_id, raw))
    assert result.code == Code.ERR_BUNDLE_HASH


def test_a_half_written_file_is_named_and_the_others_are_replayed(tmp_path: Path) -> None:
    whole = Path(CORPUS[0]).read_bytes()
    half = tmp_path / "half.json"
    half.write_bytes(whole[: len(whole) // 2])
    report = replay(CODEC, from_files(FOLDER, [str(half), CORPUS[0]]))
    assert (report.total, report.same) == (2, 1)
    assert report.others[0].code == Code.ERR_BUNDLE_UNREADABLE
    assert report.others[0].name == str(half)


def test_a_bundle_of_another_rule_version_is_not_judged_by_ours() -> None:
    body = document(CORPUS[0])
    body["header"] = {**body["header"], "rule_version": "0"}
    raw = CODEC.canonical(body)
    result = replay_one(CODEC, Stored("old", CODEC.bundle_id(raw), raw))
    assert result.code == Code.ERR_BUNDLE_RULES
    assert validate(CODEC, [Stored("old", CODEC.bundle_id(raw), raw)])[0].code == ""


def test_a_missing_field_is_named() -> None:
    body = document(CORPUS[0])
    del body["inputs"]["world"]
    raw = CODEC.canonical(body)
    (found,) = validate(CODEC, [Stored("holey", CODEC.bundle_id(raw), raw)])
    assert found.code == Code.ERR_BUNDLE_INCOMPLETE
    assert "world" in found.say


def test_a_file_holds_its_body_and_its_id() -> None:
    content = Path(CORPUS[0]).read_bytes()
    bundle_id, body = unwrapped(content, "x")
    assert wrapped(BundleId(bundle_id), body) == content
    assert Path(CORPUS[0]).stem == bundle_id
