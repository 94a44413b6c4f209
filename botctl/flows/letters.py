"""post: what waits in the outbox leaves, in its order, each channel within its share of the time.

A letter is claimed before it is tried. Killed after that, it is due again a little later: it may arrive
twice, under one id, and is never lost. Behind one that is not taken the others wait, so that "resolved"
never overtakes "raised".
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from botctl.ports.alerts import Delivery, Letter, Notifier, Taken
from botctl.ports.desk import AlertDesk

LETTERS_MAX: Final = 20  # a channel and telling; chats take one message a second
REFUSALS_MAX: Final = 5
RETRY_MS: Final = 15_000  # doubles with every try
RETRY_MS_MAX: Final = 600_000  # after an outage, alerts arrive within ten minutes
LEAST_MS: Final = 50  # with less time left, nothing is begun


@dataclass(frozen=True, slots=True)
class Posted:
    channel: str
    key: str
    saying: str
    taken: Taken
    said: str


def post(desk: AlertDesk) -> tuple[Posted, ...]:
    """Never raises for what a channel does."""
    waiting = [name for name in desk.channels if _is_due(desk, name)]
    if not waiting:
        return ()
    by_name = {notifier.channel: notifier for notifier in desk.notifiers()}
    share_ms = desk.plan.deadline_ms // len(waiting)
    return tuple(posted for name in waiting for posted in _channel(desk, by_name[name], share_ms))


def _is_due(desk: AlertDesk, channel: str) -> bool:
    """Its oldest letter is; one that is due absurdly late was written by a clock set back since."""
    first = next(iter(desk.store.letters(channel, 1)), None)
    if first is None:
        return False
    left_ms = first.next_ms - desk.clock.now_ms()
    return left_ms <= 0 or left_ms > HELD_MS_MAX


HELD_MS_MAX: Final = 3_600_000  # what a channel may ask for at most


def _channel(desk: AlertDesk, notifier: Notifier, share_ms: int) -> Iterator[Posted]:
    until_ms = desk.steady_ms() + share_ms
    for letter in desk.store.letters(notifier.channel, LETTERS_MAX):
        left_ms = until_ms - desk.steady_ms()
        if left_ms < LEAST_MS:
            return
        claimed = desk.store.claim_letter(letter, desk.clock.now_ms() + _pause_ms(letter.tries))
        if claimed is None:
            return  # another teller is at it
        answer = _sent(notifier, claimed, left_ms)
        after = _marked(desk, claimed, answer)
        yield Posted(letter.channel, letter.key, letter.saying, answer.taken, answer.said)
        if after.sent_ms is None and after.gave_up_ms is None:
            return


def _sent(notifier: Notifier, letter: Letter, timeout_ms: int) -> Delivery:
    try:
        return notifier.send(letter, timeout_ms=timeout_ms)
    except Exception as error:  # noqa: BLE001  a notifier's mistake must not stop the loop
        return Delivery(Taken.LATER, f"the notifier failed: {type(error).__name__}")


def _marked(desk: AlertDesk, letter: Letter, answer: Delivery) -> Letter:
    now_ms, ok = desk.clock.now_ms(), answer.taken is Taken.SENT
    refused = answer.taken is Taken.REFUSED and letter.tries >= REFUSALS_MAX
    after = replace(
        letter,
        sent_ms=now_ms if ok else None,
        gave_up_ms=now_ms if refused else None,
        next_ms=max(letter.next_ms, now_ms + answer.wait_ms),
        said=answer.said,
    )
    desk.store.mark_letter(after)
    desk.store.note_channel(letter.channel, now_ms=now_ms, ok=ok, said=answer.said)
    if not ok:
        desk.log.warning("alert not taken", channel=letter.channel, said=answer.said)
    return after


def _pause_ms(tries: int) -> int:
    return min(RETRY_MS << min(tries, 16), RETRY_MS_MAX)
