"""A snapshot holds what an incident needs and no secret, and one that was altered is refused."""

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from botctl.adapters.log_memory import LogMemory, RememberingLog
from botctl.adapters.scrub import Scrub
from botctl.adapters.snapshots import opened
from botctl.config.environment import environment
from botctl.config.leaves import leaves
from botctl.config.load import load
from botctl.config.settings import Settings
from botctl.core.codes import Code
from botctl.core.errors import CheckError, CorruptError
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.snapshot import MANIFEST, lines_of_cycle, surplus
from botctl.flows.cycle import cycle
from botctl.ports.store import Store
from botctl.wiring.setup import Setup
from botctl.wiring.snapshots import Snapper, folder_of
from botctl.wiring.stage import DevnetStage
from tests.flows.test_alerts import Clock
from tests.notify.far_side import Say, far_side
from tests.store.making import opened as opened_store
from tests.support.quiet import QuietLog
from tests.support.staged import runtime_on

CANARY = "CANARY"
# One in every secret setting, in each part of a URL that can hold a key, and in the passphrase.
PLANTED: Mapping[str, str] = {
    "BOTCTL_CHAIN__URLS": "http://127.0.0.1:1/v3/CANARYpath1,http://u5er:CANARYpass2@127.0.0.1:1/?k=CANARYkey3",
    "BOTCTL_CHAIN__WS_URLS": "ws://127.0.0.1:1/v3/CANARYsocket12",
    "BOTCTL_ENRICH__SOURCES": '[{"kind": "goplus", "url": "https://g.example/CANARYsource13",'
    ' "key": "CANARYkey14"}]',
    "BOTCTL_CHAIN__PRIVATE_URL": "https://relay.example/CANARYrelay4",
    "BOTCTL_ALERTS__WEBHOOK_URL": "https://hooks.example/services/CANARYhook5",
    "BOTCTL_ALERTS__WEBHOOK_SECRET": "CANARY secret/6",
    "BOTCTL_ALERTS__TELEGRAM_TOKEN": "12345:CANARYtoken7",
    "BOTCTL_ALERTS__TELEGRAM_CHAT": "-100",
    "BOTCTL_ALERTS__DEADMAN_URL": "https://hc.example/CANARYdead8",
    "BOTCTL_CHAT__TOKEN": "67890:CANARYchat15",
    "BOTCTL_SNAPSHOTS__UPLOAD_URL": "",
    "BOTCTL_BACKUP__S3_ENDPOINT": "https://storage.example",
    "BOTCTL_BACKUP__S3_BUCKET": "backups",
    "BOTCTL_BACKUP__S3_KEY_ID": "CANARYkeyid15",
    "BOTCTL_BACKUP__S3_SECRET": "CANARYstorage16",
    "BOTCTL_TELEMETRY__OTLP_URL": "https://u5er:CANARYotlp17@collector.example",
    "BOTCTL_TELEMETRY__OTLP_HEADERS": "authorization=CANARYheader18",
    "BOTCTL_WEB__METRICS_TOKEN": "CANARYmetrics19",
    "BOTCTL_PASSPHRASE": "CANARYphrase9",
}


def setup_with(folder: Path, settings: Mapping[str, str], memory: LogMemory) -> Setup:
    file = folder / "botctl.toml"
    file.touch()
    env = {"HOME": str(folder), **settings}
    return Setup(load(file, env), env, RememberingLog(QuietLog(), memory, Clock(), {}), memory)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened_store(f"sqlite:///{tmp_path / 'books.db'}") as one:
        yield one


def everything(path: str) -> bytes:
    with ZipFile(path) as archive:
        names = archive.namelist()
        return (
            Path(path).read_bytes() + "".join(names).encode() + b"".join(map(archive.read, names))
        )


def test_every_secret_setting_has_a_canary() -> None:
    secret = {leaf.env for leaf in leaves(Settings()) if leaf.secret}
    assert secret - {"BOTCTL_STORAGE__URL"} <= set(PLANTED)


def test_no_canary_is_in_any_byte_whoever_quotes_it(tmp_path: Path, store: Store) -> None:
    """A node's error text, a log line, a reason and an alert: strangers repeat what we sent them."""
    memory = LogMemory()
    settings = {**PLANTED, "BOTCTL_SNAPSHOTS__UPLOAD_URL": "http://127.0.0.1:1/CANARYupload10"}
    setup = setup_with(tmp_path, settings, memory)
    database = "postgresql://bot:CANARYdbpass11@127.0.0.1/books"
    setup = replace(
        setup, config=replace(setup.config, storage=replace(setup.config.storage, url=database))
    )
    spoken = " ".join([*settings.values(), database, "CANARY%20secret%2F6"])
    setup.log.error("node said", text=spoken, bare="CANARYpath1 CANARYkey3 12345:CANARYtoken7")
    store.count(f"odd {spoken}")

    store.set_source(PermissionSource(SourceKind.KILL, Level.HALT_ALL, spoken, "CANARYphrase9", 1))
    path = Snapper(setup, store, Clock())(f"why {spoken}", "")
    whole = everything(path)
    assert CANARY.encode() not in whole
    assert b"node said" in whole
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700


def test_without_the_second_net_a_canary_would_be_found(tmp_path: Path, store: Store) -> None:
    """The test above bites: what was planted does reach the parts."""
    memory = LogMemory()
    setup = setup_with(tmp_path, PLANTED, memory)
    setup.log.error("node said", text="CANARYpath1")
    found = Snapper(setup, store, Clock())._log("")
    assert CANARY in "".join(found)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("https://h/a/b/KEYKEY", "at KEYKEY,"),
        ("https://h/KEY%2FKEY", "KEY/KEY"),
        ("pass/word", "pass%2Fword"),
        ('quo"ted', 'quo\\"ted'),
        ("pässword", "p\\u00e4ssword"),
        ("https://h/?token=T0KENT0KEN", "T0KENT0KEN"),
    ],
)
def test_a_secret_is_known_in_every_form(secret: str, text: str) -> None:
    assert b"***" in Scrub([secret])(text.encode())


def test_hosts_and_short_words_stay_readable() -> None:
    scrub = Scrub(["https://node.example/v3/KEYKEY", "demo", "sqlite:///state/botctl.db"])
    assert scrub(b"node.example demo v3 botctl") == b"node.example demo v3 botctl"


def test_after_a_cycle_it_tells_what_was_seen_decided_and_sent(stage: DevnetStage) -> None:
    memory = LogMemory()
    env = {**environment(), **stage.environment()}
    config = load(stage.config, env)
    log = RememberingLog(QuietLog(), memory, Clock(), {"bot": "demo"})
    setup = Setup(config, env, log, memory)
    with runtime_on(stage, log=log) as rt:
        for _ in range(3):
            stage.step()
            cycle(rt)
        found = opened(Path(Snapper(setup, rt.store, rt.clock)("drill", "")))
        latest = rt.store.latest()
        orders = rt.store.open()
    assert latest is not None
    providers = json.loads(found.text_of("providers.json"))
    assert (providers["provider"], providers["sources_agreeing"]) == ("127.0.0.1", 1)
    told = json.loads(found.text_of("orders.json"))
    assert [one["order"]["id"] for one in told] == [order.id for order in orders]
    assert all("bytes" in a["raw"] for one in told for a in one["attempts"])
    log_lines = [json.loads(line) for line in found.text_of("log.jsonl").splitlines()]
    assert log_lines
    assert {line["cycle_id"] for line in log_lines} <= {"", latest.cycle_id}
    bundles = [part for part in found.parts if part.name.startswith("bundles/")]
    assert bundles
    assert json.loads(found.text_of("versions.json"))["schema"] == rt.store.schema_revision()
    assert found.manifest.config_hash == config.config_hash
    passphrase = stage.environment()["BOTCTL_PASSPHRASE"]
    assert passphrase == "demo"  # too short to be looked for: the keystore below is the canary  # noqa: S105
    secret = json.loads((stage.config.parent / "keystore.json").read_text())["crypto"]["ciphertext"]
    assert secret.encode() not in everything(found.path)


class _Broken:
    """A store whose file is damaged: every question ends in the same error."""

    def __getattr__(self, name: str) -> object:
        def fail(*_: object, **__: object) -> object:
            raise CorruptError(Code.ERR_DB_CORRUPT, "damaged")

        return fail


def test_a_damaged_database_is_in_the_snapshot_not_in_its_way(tmp_path: Path) -> None:
    setup = setup_with(tmp_path, {}, LogMemory())
    found = opened(Path(Snapper(setup, _Broken(), Clock())("drill", "")))  # type: ignore[arg-type]
    assert json.loads(found.text_of("health.json"))["unreadable"] == "ERR_DB_CORRUPT"
    assert json.loads(found.text_of("settings.json"))["config_hash"] == setup.config.config_hash


def _taken(tmp_path: Path, store: Store) -> Path:
    return Path(Snapper(setup_with(tmp_path, {}, LogMemory()), store, Clock())("drill", ""))


def _rewritten(path: Path, change: dict[str, bytes | None]) -> None:
    """As somebody would who edits it: each member taken over, changed or left out."""
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, body in (members | change).items():
            if body is not None:
                archive.writestr(name, body)


@pytest.mark.parametrize(
    "change",
    [
        {"health.json": b"{}"},
        {"health.json": None},
        {"extra.json": b"{}"},
        {MANIFEST: b"{}"},
        {MANIFEST: None},
    ],
    ids=["altered", "left out", "added", "another manifest", "no manifest"],
)
def test_what_is_not_as_it_was_written_is_refused(
    tmp_path: Path, store: Store, change: dict[str, bytes | None]
) -> None:
    path = _taken(tmp_path, store)
    opened(path)
    _rewritten(path, change)
    with pytest.raises(CheckError) as refused:
        opened(path)
    assert refused.value.code is Code.ERR_SNAPSHOT_INVALID


def test_a_part_altered_to_the_same_length_is_refused(tmp_path: Path, store: Store) -> None:
    path = _taken(tmp_path, store)
    _rewritten(path, {"settings.json": opened(path).text_of("settings.json").encode()[::-1]})
    assert _parts_or_code(path) is Code.ERR_SNAPSHOT_INVALID


def _parts_or_code(path: Path) -> object:
    try:
        return opened(path).parts
    except CheckError as error:
        return error.code


def test_a_file_cut_anywhere_or_flipped_anywhere_is_refused_or_whole(
    tmp_path: Path, store: Store
) -> None:
    """A flipped date of a member harms nothing; anything else is refused, and nothing crashes."""
    path = _taken(tmp_path, store)
    whole, parts = path.read_bytes(), opened(path).parts
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at])
        assert _parts_or_code(path) is Code.ERR_SNAPSHOT_INVALID
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert _parts_or_code(path) in (parts, Code.ERR_SNAPSHOT_INVALID)


def test_old_ones_go_and_the_newest_stays(tmp_path: Path, store: Store) -> None:
    setup, clock = setup_with(tmp_path, {"BOTCTL_SNAPSHOTS__KEEP": "3"}, LogMemory()), Clock()
    taken = []
    for _ in range(5):
        clock.ms += 1_000
        taken.append(Snapper(setup, store, clock)("drill", ""))
    kept = [one.path for one in folder_of(setup.config, setup.env).kept()]
    assert kept == taken[:1:-1]
    assert surplus([10, 10, 10], keep=9, bytes_max=25) == 1
    assert surplus([99], keep=9, bytes_max=25) == 0


def test_two_in_one_millisecond_both_stay(tmp_path: Path, store: Store) -> None:
    assert _taken(tmp_path, store) != _taken(tmp_path, store)


def test_lines_of_other_cycles_are_left_out() -> None:
    lines = ['{"cycle_id":"a"}', '{"cycle_id":"b"}', '{"cycle_id":""}', '{"cut', "[1]"]
    assert lines_of_cycle(lines, "b", 9) == tuple(lines[1:])
    assert lines_of_cycle(lines, "", 2) == ('{"cut', "[1]")


def test_it_is_uploaded_where_the_settings_say_and_a_refusal_harms_nothing(
    tmp_path: Path, store: Store
) -> None:
    with far_side() as bucket:
        url = {"BOTCTL_SNAPSHOTS__UPLOAD_URL": f"{bucket.url}/b/{{name}}?X-Signature=CANARY"}
        setup = setup_with(tmp_path, url, LogMemory())
        path = Path(Snapper(setup, store, Clock())("drill", ""))
        bucket.answer = lambda _: Say(403)
        assert Path(Snapper(setup, store, Clock())("drill", "")).exists()
    [first, _] = bucket.got
    assert first.path.startswith(f"/b/{path.name}?")
    assert first.body == path.read_bytes()
