"""systemd's notify protocol (sd_notify(3)): one datagram a piece of news, to the socket it names.

Thirty lines of our own: the protocol is a line of text, and the library for it has had no release since
2017. Without a service manager there is no socket, and nothing is sent.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"
WATCHDOG: Final = "WATCHDOG=1"
MICRO: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """`address`: "" for none. `beat_s`: how often at least it wants a WATCHDOG; None: not at all."""

    address: str
    beat_s: float | None

    def tell(self, *news: str) -> bool:
        """False when it could not be told: a manager that went away must not stop the loop."""
        if not self.address:
            return True
        name = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as line:
                line.sendto("\n".join(news).encode(), name)
        except OSError:
            return False
        return True


def service_manager(env: Mapping[str, str]) -> ServiceManager:
    """From what the manager put into our environment; meant for another process, it is not for us."""
    return ServiceManager(env.get("NOTIFY_SOCKET", ""), _beat_s(env))


def _beat_s(env: Mapping[str, str]) -> float | None:
    """Half of its patience, as sd_watchdog_enabled(3) recommends."""
    asked, whose = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not asked.isdecimal() or int(asked) == 0 or whose not in {"", str(os.getpid())}:
        return None
    return int(asked) / MICRO / 2
