"""The compose file is whole, closed by default, and its entrypoint does what Compose needs."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import pytest

from botctl.adapters.clock import pause_ms
from botctl.cli.app import COMMANDS
from tests.deploy import rules as r

FOLDER: Final = r.PROMETHEUS.parent / "compose"
ROOT: Final = FOLDER.parents[1]
ENTRYPOINT: Final = FOLDER / "entrypoint.sh"
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?")
MADE_BY_THE_OPERATOR = {"botctl.toml"}

PATIENCE_S = 30.0
TOLD = "told"
STAND_IN = f"""#!{sys.executable}
import os, pathlib, signal, sys, time
def told(word): pathlib.Path(os.environ["TELL"]).write_text(word)
if sys.argv[1] == "exit": sys.exit(int(sys.argv[2]))
if len(sys.argv) > 2 and sys.argv[2] == "exit": sys.exit(int(sys.argv[3]))
def drain(*_):
    told("drained")
    sys.exit(0)
signal.signal(signal.SIGTERM, drain)
try: key = os.fdopen(3).read()
except OSError: key = "no descriptor"
told("|".join([key, os.environ.get("BOTCTL_STORAGE__URL", ""), os.environ.get("BOTCTL_WEB__METRICS_TOKEN", "")]))
if "stay" in sys.argv: signal.pause()
"""


class Check(msgspec.Struct, forbid_unknown_fields=True):
    test: list[str] = []
    interval: str = ""
    timeout: str = ""
    retries: int = 0
    start_period: str = ""
    disable: bool = False


class Build(msgspec.Struct, forbid_unknown_fields=True):
    context: str
    dockerfile: str


class Wait(msgspec.Struct, forbid_unknown_fields=True):
    condition: str


class Service(msgspec.Struct, forbid_unknown_fields=True):
    """Only what this file uses: a misspelt key is refused, as Compose would."""

    image: str
    restart: str
    healthcheck: Check
    read_only: bool = False
    build: Build | None = None
    user: str = ""
    command: list[str] = []
    environment: dict[str, str] = {}
    secrets: list[str] = []
    networks: list[str] = []
    ports: list[str] = []
    volumes: list[str] = []
    tmpfs: list[str] = []
    cap_drop: list[str] = []
    cap_add: list[str] = []
    security_opt: list[str] = []
    pids_limit: int = 0
    privileged: bool = False
    shm_size: str = ""
    stop_grace_period: str = ""
    depends_on: dict[str, Wait] = {}
    logging: dict[str, str | dict[str, str]] = {}


class Network(msgspec.Struct, forbid_unknown_fields=True):
    internal: bool = False


class Secret(msgspec.Struct, forbid_unknown_fields=True):
    file: str


class Compose(msgspec.Struct):
    name: str
    services: dict[str, Service]
    networks: dict[str, Network]
    volumes: dict[str, dict[str, str]]
    secrets: dict[str, Secret]


COMPOSE: Final = msgspec.yaml.decode((FOLDER / "compose.yml").read_bytes(), type=Compose)


@pytest.mark.parametrize("name", COMPOSE.services)
def test_a_service_writes_nowhere_gains_nothing_and_says_whether_it_is_well(name: str) -> None:
    service = COMPOSE.services[name]
    assert service.read_only
    assert service.cap_drop == ["ALL"]
    assert service.cap_add == []
    assert not service.privileged
    assert service.security_opt == ["no-new-privileges:true"]
    assert service.pids_limit > 0
    assert service.healthcheck.test or name == "upgrade"


def test_only_this_machine_reaches_the_ports_and_nobody_the_database() -> None:
    ports = [port for service in COMPOSE.services.values() for port in service.ports]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert COMPOSE.services["postgres"].networks == ["inside"]
    assert COMPOSE.networks["inside"].internal


def test_images_are_pinned_or_built_here() -> None:
    for service in COMPOSE.services.values():
        assert service.build is not None or PINNED.fullmatch(service.image), service.image
    (base,) = re.findall(r"^ARG PYTHON=(\S+)$", _dockerfile(), re.MULTILINE)
    assert PINNED.fullmatch(base)


def test_everything_that_is_named_is_declared_and_everything_declared_is_used() -> None:
    services = COMPOSE.services.values()
    assert {one for s in services for one in s.secrets} == COMPOSE.secrets.keys()
    assert {one for s in services for one in s.networks} == COMPOSE.networks.keys()
    assert {one for s in services for one in s.depends_on} <= COMPOSE.services.keys()
    sources = {one.split(":")[0] for s in services for one in s.volumes}
    assert {one for one in sources if not one.startswith(".")} == COMPOSE.volumes.keys()
    mounted = {one for one in sources if one.startswith(".")}
    missing = {one for one in mounted if not (FOLDER / one).exists()}
    assert {Path(one).name for one in missing} <= MADE_BY_THE_OPERATOR


def test_secrets_are_files_that_git_does_not_take() -> None:
    paths = [secret.file for secret in COMPOSE.secrets.values()]
    paths += ["botctl.toml"]
    done = subprocess.run(
        ["git", "check-ignore", *paths],  # noqa: S607
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == paths


def test_what_the_containers_of_botctl_are_told_to_do_exists() -> None:
    for name, service in COMPOSE.services.items():
        if service.build is not None:
            words = " ".join(service.command)
            assert words in COMMANDS, name


def test_only_the_loop_is_given_the_passphrase() -> None:
    given = {name for name, service in COMPOSE.services.items() if "passphrase" in service.secrets}
    assert given == {"run"}


def test_what_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", _dockerfile(), re.MULTILINE)
    assert copied
    assert [one for line in copied for one in line.split() if not (ROOT / one).exists()] == []
    assert re.search(r"^USER botctl$", _dockerfile(), re.MULTILINE)


def test_prometheus_reads_its_configuration(promtool: Path, tmp_path: Path) -> None:
    """With the paths that the containers see."""
    text = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    token = tmp_path / "token"
    token.write_text("made up", encoding="utf-8")
    here = text.replace("/etc/prometheus/rules", str(r.PROMETHEUS))
    here = here.replace("/run/secrets/metrics_token", str(token))
    config = tmp_path / "prometheus.yml"
    config.write_text(here, encoding="utf-8")
    done = subprocess.run(
        [str(promtool), "check", "config", str(config)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 rule files found" in done.stdout


def test_compose_itself_reads_the_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    asked = [docker or "docker", "compose", "version"]
    if docker is None or subprocess.run(asked, capture_output=True, check=False).returncode:
        pytest.skip("docker has no compose here: the file is held against a schema of ours alone")
    shutil.copytree(FOLDER, tmp_path / "compose")
    (tmp_path / "compose" / "secrets").mkdir()
    done = subprocess.run(
        [docker, "compose", "config", "--quiet"],
        cwd=tmp_path / "compose",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Container:
    """The entrypoint as it is, over secrets of a test and a stand-in that tells what it was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        self.told = folder / TOLD
        program = folder / "botctl"
        program.write_text(STAND_IN, encoding="utf-8")
        program.chmod(0o700)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["/bin/sh", str(ENTRYPOINT), *words],
            env={
                "PATH": f"{self.folder}:/usr/bin:/bin",
                "SECRETS_DIRECTORY": str(self.secrets),
                "TELL": str(self.told),
            },
            stderr=subprocess.PIPE,
            text=True,
        )

    def status(self, *words: str) -> int:
        process = self.start(*words)
        process.communicate(timeout=PATIENCE_S)
        return process.returncode


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(tmp_path)


def test_secrets_reach_what_needs_them_and_the_passphrase_no_environment(
    container: Container,
) -> None:
    for name, text in (("postgres_password", "pw"), ("metrics_token", "mt"), ("passphrase", "pp")):
        (container.secrets / name).write_text(text, encoding="utf-8")
    assert container.status("run") == 0
    url = "postgresql://botctl:pw@postgres/botctl"
    assert container.told.read_text(encoding="utf-8") == f"pp|{url}|"
    assert container.status("serve") == 0
    assert container.told.read_text(encoding="utf-8") == f"pp|{url}|mt"


def test_without_secrets_there_is_nothing_to_hand_over(container: Container) -> None:
    assert container.status("run") == 0
    assert container.told.read_text(encoding="utf-8") == "no descriptor||"


@pytest.mark.parametrize("status", [2, 70, 77, 78])
def test_what_a_person_must_mend_is_not_started_again(container: Container, status: int) -> None:
    assert container.status("run", "exit", str(status)) == 0


@pytest.mark.parametrize("status", [0, 1, 3, 75, 137])
def test_what_may_heal_is(container: Container, status: int) -> None:
    assert container.status("run", "exit", str(status)) == status


@pytest.mark.parametrize("status", [1, 2, 70, 78])
def test_a_check_keeps_its_answer(container: Container, status: int) -> None:
    assert container.status("exit", str(status)) == status


def test_a_stop_lets_the_loop_finish_what_it_does(container: Container) -> None:
    process = container.start("run", "stay")
    _until(container.told.exists)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert container.told.read_text(encoding="utf-8") == "drained"


def _until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s
        pause_ms(10)


def _dockerfile() -> str:
    return (FOLDER / "Dockerfile").read_text(encoding="utf-8")
