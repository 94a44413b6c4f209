"""Set-up gets Prometheus without root where a machine's packages have it, and says so where not."""

import os
import stat
from pathlib import Path

import pytest

from deploy.prometheus import install

# An apt whose own lists are empty, as in an image: only after an update into other lists it works.
APT = """#!/bin/sh
echo "$@" >> "$TOLD"
case "$*" in
    *Dir::State::Lists=*update) exit 0 ;;
    *Dir::State::Lists=*download*) : > prometheus_1_all.deb; exit 0 ;;
esac
exit 100
"""
DPKG = """#!/bin/sh
mkdir -p "$3/usr/bin"
for name in prometheus promtool; do echo "$name" > "$3/usr/bin/$name"; done
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of its own, empty but for a shell's tools, and a home for what is installed."""
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("sh", "mkdir"):
        (path / name).symlink_to(Path("/bin") / name)
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    monkeypatch.setattr(install, "HOME", tmp_path / "share" / "botctl-prometheus")
    return tmp_path


def test_a_machine_without_packages_is_told_and_set_up_goes_on(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install.main() == 0
    assert "will be skipped" in capsys.readouterr().err
    assert install.program("promtool") is None
    assert not (machine / "share").exists()


def test_a_machine_whose_lists_are_empty_gets_lists_of_our_own(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _program(machine, "apt-get", APT)
    _program(machine, "dpkg-deb", DPKG)
    assert install.main() == 0
    assert capsys.readouterr().err == ""
    asked = (machine / "told").read_text(encoding="utf-8").splitlines()
    assert [line.split()[-1] for line in asked] == ["prometheus", "update", "prometheus"]
    assert asked[0] == "download prometheus"
    found = install.program("prometheus")
    assert found is not None
    assert found.read_text(encoding="utf-8") == "prometheus\n"


def test_what_is_there_is_not_fetched_again(machine: Path) -> None:
    for name in install.PROGRAMS:
        _program(machine, name, "#!/bin/sh\n")
    _program(machine, "apt-get", APT)
    _program(machine, "dpkg-deb", DPKG)
    assert install.install()
    assert not (machine / "told").exists()


def _program(machine: Path, name: str, text: str) -> None:
    path = machine / "bin" / name
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    assert os.access(path, os.X_OK)
