"""What the repository says must hold on every machine, so it names none."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# In pieces, so that this file passes its own test.
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted",
    "npm" + "js.",
    "yarn" + "pkg.",
    "conda" + ".anaconda",
)
FOLDERS = ("wo" + "rk", "op" + "t", "ro" + "ot", "tm" + "p")
FORBIDDEN = re.compile(
    "|".join(
        (
            *(re.escape(host) for host in HOSTS),
            rf"(?<![\w.}})/-])/(?:{'|'.join(FOLDERS)})\b",
        )
    )
)


def test_no_text_names_a_package_host_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in _files()
        for number, line in enumerate(_text(path).splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def _files() -> list[Path]:
    """What git holds, and what it would take with the next `add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return "" if b"\0" in raw else raw.decode("utf-8", errors="replace")
