"""Two hosts, one wallet: whoever is cut off while it signs is overtaken, and is refused afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from botctl.core.codes import Code
from botctl.core.errors import BotError, TransientError
from botctl.core.orders import SendCode, SignedTx, UnsignedTx
from botctl.core.units import Address
from botctl.flows.execute import execute
from botctl.ports.chain import Signer
from botctl.ports.runtime import Runtime
from tests.jobs.processes import until
from tests.support.postgres import PostgresServer
from tests.torture.crew import Told
from tests.torture.field import Field, assert_one_effect_each
from tests.torture.hosts import Env, network

ORDERS = 2
SIGNING, GO_ON, AGAIN = "signing", "go on", "again"
# The shortest lease there is; and a lock is waited for no longer than the lease lasts.
SHORT = {"BOTCTL_EXECUTION__LEASE_MS": "1000", "BOTCTL_STORAGE__BUSY_MS": "1000"}
BLOCKED_MAX = 55

Hold = Callable[[Runtime, Told], Runtime]


class Held:
    """A key that is used only when the test says so."""

    def __init__(self, signer: Signer, told: Told) -> None:
        self._signer, self._told = signer, told

    @property
    def address(self) -> Address:
        return self._signer.address

    def sign(self, tx: UnsignedTx, *, fence: int) -> SignedTx:
        _wait(self._told)
        return self._signer.sign(tx, fence=fence)


def before_it_signs(rt: Runtime, told: Told) -> Runtime:
    """It has the lease, and is about to ask for a nonce."""

    def signer() -> Signer:
        _wait(told)
        return rt.signer()

    return replace(rt, signer=signer)


def while_it_signs(rt: Runtime, told: Told) -> Runtime:
    """It has been given a nonce, in a transaction that is not yet committed."""
    return replace(rt, signer=lambda: Held(rt.signer(), told))


@pytest.fixture
def field(tmp_path: Path, postgres_url: str) -> Field:
    return Field(tmp_path / "field", ORDERS + 1, postgres_url)


def test_a_host_cut_off_before_it_signs_is_refused_by_its_token(
    field: Field, postgres_server: PostgresServer
) -> None:
    assert overtaken(field, postgres_server, before_it_signs) is Code.ERR_LEASE_LOST


@pytest.mark.torture
def test_a_host_cut_off_while_it_signs_cannot_commit(
    field: Field, postgres_server: PostgresServer
) -> None:
    """It holds the wallet's row until the server ends the session of a host it no longer hears."""
    assert overtaken(field, postgres_server, while_it_signs) is Code.ERR_DB_UNREACHABLE


def overtaken(field: Field, server: PostgresServer, hold: Hold) -> Code:
    """What the first host is told when it comes back. The second has done the work by then."""
    with field, network(field, server.socket) as net:
        field.decide(ORDERS)
        first = partial(_cut_off, field, hold)
        (one, cable), (other, _) = net.hosts(first, partial(_taking_over, field))
        one.hear(SIGNING)
        cable.cut()
        other.say(GO_ON)
        assert other.result() == [SendCode.ACCEPTED] * ORDERS
        cable.mend()
        one.say(GO_ON)
        (code,) = one.result()
        field.bury()
        assert_one_effect_each(field, ORDERS)
        with field.store() as store:
            assert [len(store.attempts(o.id)) for o in store.recent(None)] == [1] * ORDERS
    return Code(code)


def _cut_off(field: Field, hold: Hold, env: Env, told: Told) -> list[str]:
    """The code of its failure. With the cable back it finds nothing left to sign."""
    with field.opened({**env, **SHORT}) as rt:
        rt.signer()
        with pytest.raises(BotError) as refused:
            execute(hold(rt, told))
        assert execute(rt).outcomes == ()
        return [refused.value.code]


def _taking_over(field: Field, env: Env, told: Told) -> list[str]:
    """What became of what it sent, once it had the lease."""
    sent: list[str] = []
    with field.opened({**env, **SHORT}) as rt:
        rt.signer()
        told.hear()
        blocked = iter(range(BLOCKED_MAX))
        until(lambda: _has_sent(rt, sent, blocked), "it has taken over")
    return sent


def _has_sent(rt: Runtime, sent: list[str], blocked: Iterator[int]) -> bool:
    """Or has given up: a row that stays locked this often will stay so."""
    try:
        sent += [outcome.code for outcome in execute(rt).outcomes]
    except TransientError as error:
        if error.code is not Code.ERR_DB_LOCKED:
            raise
        return next(blocked, None) is None
    return bool(sent)


def _wait(told: Told) -> None:
    told.say(SIGNING)
    told.hear()
