"""Hosts in network namespaces of their own: each reaches the database by a cable that can be cut.

The node is not what fails here, so they reach it past the cable: an open door for bytes that must
not leave. A namespace, and the cable into it, are gone when its process is.
"""

import ctypes
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import pytest
from sqlalchemy.engine import make_url

from tests.torture.crew import Child, Crew, Told
from tests.torture.field import Field
from tests.torture.node import urls
from tests.torture.relay import Relay, dial_unix, unix_listener

CLONE_NEWNET: Final = 0x4000_0000
IP: Final = "/sbin/ip"
APART: Final = "apart"
NUMBERS: Final = 250  # subnets of one run and the next
T = TypeVar("T")

Env = dict[str, str]  # a host's settings
Act = Callable[[Env, Told], T]


@dataclass(frozen=True, slots=True)
class Cable:
    """Between here and one host; 198.18.0.0/15 is for tests of networks (RFC 2544)."""

    name: str
    number: int

    @property
    def here(self) -> str:
        return f"198.18.{self.number}.1"

    @property
    def there(self) -> str:
        return f"198.18.{self.number}.2"

    def lay(self, pid: int) -> None:
        _ip("link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
        _ip("address", "add", f"{self.here}/30", "dev", self.name)
        self.mend()

    def pull(self) -> None:
        """It would go with the namespace at its other end, but only some time later."""
        subprocess.run([IP, "link", "delete", self.name], capture_output=True, check=False)

    def cut(self) -> None:
        _ip("link", "set", self.name, "down")

    def mend(self) -> None:
        _ip("link", "set", self.name, "up")


class Network:
    """One database and one node for all hosts."""

    def __init__(self, crew: Crew, field: Field, database: Path) -> None:
        self._crew, self._field, self._database = crew, field, database
        self._relays = ExitStack()
        self._door = str(field.folder / "node.socket")
        self._laid = 0

    def hosts(self, *acts: Act[T]) -> list[tuple[Child[T], Cable]]:
        """Each act runs on a host of its own, with what it needs to reach the rest.

        All are forked before the first thread of ours is started.
        """
        env = self._field.environment()
        children = [self._crew.start(partial(_host, act, env, self._door)) for act in acts]
        for child in children:
            child.hear(APART)
        self._relays.enter_context(Relay(unix_listener(self._door), self._node))
        return [(child, self._plugged(child)) for child in children]

    def close(self) -> None:
        self._relays.close()

    def _plugged(self, child: Child[T]) -> Cable:
        number = (os.getpid() + self._laid) % NUMBERS
        self._laid += 1
        cable = Cable(f"bt{os.getpid()}x{number}", number)
        self._relays.callback(cable.pull)
        cable.lay(child.pid)
        listener = socket.create_server((cable.here, 0))
        there = partial(dial_unix, str(self._database))
        relay = self._relays.enter_context(Relay(listener, there))
        name = make_url(self._field.database_url).database
        child.say(cable.there)
        child.say(f"postgresql+psycopg://postgres@{cable.here}:{relay.port}/{name}")
        return cable

    def _node(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._field.port))


@contextmanager
def network(field: Field, database: Path) -> Iterator[Network]:
    require_namespaces()
    with Crew() as crew:
        one = Network(crew, field, database)
        try:
            yield one
        finally:
            one.close()


def require_namespaces() -> None:
    """Skips where we may not make one, or may not lay a cable."""
    probe = ["/usr/bin/unshare", "--net", IP, "link", "add", "bt", "type", "veth"]
    try:
        made = subprocess.run(probe, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        pytest.skip(f"two hosts need network namespaces: {missing}")
    if made.returncode != 0:
        pytest.skip(f"two hosts need network namespaces: {made.stderr.strip()}")


def _host(act: Act[T], env: Env, door: str, told: Told) -> T:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    told.say(APART)
    address, database = told.hear(), told.hear()
    _ip("link", "set", "lo", "up")
    _ip("address", "add", f"{address}/30", "dev", "eth0")
    _ip("link", "set", "eth0", "up")
    with Relay(socket.create_server(("127.0.0.1", 0)), partial(dial_unix, door)) as node:
        reach = {"STORAGE__URL": database, **urls(f"http://127.0.0.1:{node.port}")}
        return act({**env, **{f"BOTCTL_{name}": text for name, text in reach.items()}}, told)


def _ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True, capture_output=True)
