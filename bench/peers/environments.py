"""Where the peers live and how they are installed: hash-locked, below the bench."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".peers"
USUAL_STACK, FREQTRADE = "usual-stack", "freqtrade"
PEERS = (USUAL_STACK, FREQTRADE)
SAY = "not installed, so not compared: `python -m bench.peers install` installs it"


def binary(peer: str, name: str) -> Path | None:
    """None when the peer is not installed."""
    path = ENVIRONMENTS / peer / "bin" / name
    return path if path.exists() and (ENVIRONMENTS / peer / "installed").exists() else None


def install(peer: str) -> None:
    """Raises CalledProcessError, after pip has said why."""
    folder = ENVIRONMENTS / peer
    done = folder / "installed"
    lock = HERE / f"{peer}.lock"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)  # noqa: S603
    quietly = ("--disable-pip-version-check", "--no-input", "--quiet", "--progress-bar", "off")
    subprocess.run(  # noqa: S603  our own arguments, no shell
        [
            folder / "bin" / "python",
            "-m",
            "pip",
            "install",
            *quietly,
            "--require-hashes",
            "-r",
            lock,
        ],
        check=True,
    )
    done.write_bytes(lock.read_bytes())
