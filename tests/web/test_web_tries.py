"""Wrong tokens are counted by address and together, and a good one is not heard meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from botctl.core.errors import TransientError
from botctl.web.tries import Tries, network_of
from botctl.wiring.web import WebHost
from tests.web.conftest import Tokens, opened_client
from tests.web.serving import bearer, log_in

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def refused(tries: Tries, address: str) -> int | None:
    """In how many seconds it may be tried again; None: now."""
    try:
        tries.check(address)
    except TransientError as error:
        return int(str(error.facts["retry_after_s"]))
    return None


def test_an_address_is_refused_after_its_tries_and_heard_again_when_it_was_told() -> None:
    with freeze_time(NOON) as clock:
        tries = Tries(3, 100)
        for _ in range(3):
            assert refused(tries, "192.0.2.1") is None
            tries.failed("192.0.2.1")
            clock.tick(timedelta(seconds=10))
        wait_s = refused(tries, "192.0.2.1")
        assert wait_s is not None
        assert 25 <= wait_s <= 31
        assert refused(tries, "192.0.2.2") is None
        clock.tick(timedelta(seconds=wait_s))
        assert refused(tries, "192.0.2.1") is None


def test_many_addresses_together_are_refused_too() -> None:
    with freeze_time(NOON):
        tries = Tries(3, 5)
        for number in range(5):
            tries.failed(f"192.0.2.{number}")
        assert refused(tries, "198.51.100.9") is not None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_a_household_counts_as_one(one: str, other: str, *, alike: bool) -> None:
    assert (network_of(one) == network_of(other)) is alike


def test_too_many_tries_are_429_with_a_time_and_even_a_good_token_waits(
    host: WebHost, tokens: Tokens
) -> None:
    plan = replace(host.plan, tries_per_min=2)
    with opened_client(replace(host, plan=plan)) as client:
        assert log_in(client, "botctl_no").status_code == 401
        assert client.get("/api/v1/status", headers=bearer("botctl_no")).status_code == 401
        answer = log_in(client, tokens.operator)
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        rest = client.get("/api/v1/status", headers=bearer(tokens.viewer))
        assert rest.status_code == 429
        assert rest.json()["error"]["code"] == "ERR_TOO_MANY_TRIES"
        assert int(rest.headers["retry-after"]) >= 1
