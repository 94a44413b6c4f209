"""The right to sign for the wallet: one holder at a time, and a token that tells who was last."""

from collections.abc import Iterator
from contextlib import contextmanager

from botctl.ports.runtime import Runtime
from botctl.ports.store import Lease


@contextmanager
def leased(rt: Runtime, chain_nonce: int) -> Iterator[Lease | None]:
    """None when another process has it: what it leaves undone is for the next run.

    Safety does not rest on its time: whoever signs with an older token is refused.
    """
    lease = rt.store.lease(
        rt.identity.wallet,
        holder=rt.identity.holder,
        chain_nonce=chain_nonce,
        now_ms=rt.clock.now_ms(),
        ttl_ms=rt.send_plan.lease_ms,
    )
    if lease is None:
        rt.log.warning("wallet is leased", wallet=rt.identity.wallet)
        yield None
        return
    try:
        yield lease
    finally:
        rt.store.release(lease)


def held_elsewhere(rt: Runtime) -> bool:
    """Whether another process has it now: then nothing need be read for signing."""
    row = rt.store.nonce(rt.identity.wallet)
    if row is None or row.holder in {"", rt.identity.holder}:
        return False
    return row.until_ms > rt.clock.now_ms()
