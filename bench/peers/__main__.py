"""`python -m bench.peers install [names]`; what one of them lacks here does not stop the others."""

import subprocess
import sys
from collections.abc import Sequence

from bench.peers.environments import PEERS, install

USAGE = 2


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] != ["install"] or not set(arguments[1:]) <= set(PEERS):
        sys.stderr.write(f"usage: python -m bench.peers install [{'|'.join(PEERS)}]\n")
        return USAGE
    failed = [peer for peer in arguments[1:] or PEERS if not _installed(peer)]
    return 1 if failed else 0


def _installed(peer: str) -> bool:
    try:
        install(peer)
    except subprocess.CalledProcessError:
        sys.stderr.write(f"{peer} could not be installed here; the bench goes on without it\n")
        return False
    sys.stderr.write(f"{peer} is installed\n")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
