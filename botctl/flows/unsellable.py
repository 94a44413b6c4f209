"""A position that cannot be sold ends with its reason, instead of blocking a slot for ever (LESSONS 15)."""

from botctl.core.units import Address
from botctl.ports.runtime import Runtime


def write_off_unsellable(rt: Runtime) -> tuple[Address, ...]:
    """Pairs of the positions closed now: so many sells failed that the next will fail too."""
    failed = rt.store.failed_exits(rt.identity.bot)
    if not any(tries >= rt.send_plan.exit_tries_max for tries in failed.values()):
        return ()
    closed: list[Address] = []
    for one in rt.store.positions(rt.identity.bot, only_open=True):
        tries, pair = failed.get(one.position.id, 0), one.position.pair
        if tries < rt.send_plan.exit_tries_max:
            continue
        reason = f"UNSELLABLE: {tries} sells failed"
        if rt.store.write_off(one.position.id, reason, rt.clock.now_ms()):
            rt.log.error("position written off", pair_id=pair, reason=reason)
            closed.append(pair)
    return tuple(closed)
