"""Messages that keep themselves fresh: at their pace, only when something changed, and never for ever."""

import pytest

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.permission import Level
from botctl.flows.kill import set_kill
from botctl.wiring.books import watch_of_books
from tests.chat.conftest import ADA, GROUP, VIC, Room
from tests.chat.stand_in import BROKEN, Fault, limited, words

EVERY_MS = 5_000


@pytest.fixture
def card(room: Room) -> Room:
    """`/status` stands in Vic's chat, sent just now."""
    room.api.says(VIC, "/status")
    room.chat.step()
    assert "refreshed every 5 s until" in room.api.last(VIC).text
    return room


def changed(room: Room, number: int) -> None:
    """Something that the card shows is different."""
    level = Level.EXITS_ONLY if number % 2 else Level.HALT_ALL
    with room.books() as books:
        set_kill(watch_of_books(books), level, who="x", why=f"reason {number}")


def edits(room: Room) -> int:
    return room.api.count("editMessageText")


def test_it_is_edited_every_five_seconds_while_something_changes(card: Room) -> None:
    for number in range(1, 5):
        changed(card, number)
        card.clock.move(EVERY_MS - 1)
        card.chat.step()
        assert edits(card) == number - 1
        card.clock.move(1)
        card.chat.step()
        assert edits(card) == number
        assert f"reason {number}" in card.api.last(VIC).text
    assert len(card.api.said(VIC)) == 1


def test_nothing_is_sent_while_nothing_changes(card: Room) -> None:
    card.steps(5, by_ms=EVERY_MS)
    assert edits(card) == 0


def test_a_process_that_was_busy_makes_up_for_nothing(card: Room) -> None:
    changed(card, 1)
    card.clock.move(60 * EVERY_MS)
    card.steps(3, by_ms=0)
    assert edits(card) == 1


def test_it_ends_after_its_time_and_says_so(card: Room) -> None:
    card.clock.move(600_000)
    card.steps()
    assert "no longer refreshed: send /status again" in card.api.last(VIC).text
    changed(card, 1)
    card.steps(10, by_ms=EVERY_MS)
    assert edits(card) == 1


def test_a_newer_one_ends_it(card: Room) -> None:
    first = card.api.last(VIC)
    card.clock.move(1_000)
    card.api.says(VIC, "/positions")
    card.steps()
    assert "replaced by a newer message" in first.text
    changed(card, 1)
    card.steps(10, by_ms=EVERY_MS)
    assert len(first.texts) == 2


def test_two_chats_have_one_each_and_the_books_are_asked_once(card: Room) -> None:
    card.api.says(ADA, "/status", chat_id=GROUP)
    card.steps(1, by_ms=0)
    changed(card, 1)
    card.clock.move(EVERY_MS)
    card.chat.step()
    assert ["reason 1" in card.api.last(chat).text for chat in (VIC, GROUP)] == [True, True]


def test_one_that_was_deleted_is_left(card: Room) -> None:
    card.api.messages.clear()
    for number in range(1, 5):
        changed(card, number)
        card.steps(1, by_ms=EVERY_MS)
    assert edits(card) == 1
    assert card.api.said(VIC) == []


def test_one_that_is_as_it_should_be_already_goes_on(card: Room) -> None:
    """An edit that was taken and not answered is made again; then it is not modified."""
    same = {"ok": False, "error_code": 400, "description": "Bad Request: message is not modified"}
    card.api.fails("editMessageText", Fault(400, same))
    changed(card, 1)
    card.steps(2, by_ms=EVERY_MS)
    changed(card, 2)
    card.steps(2, by_ms=EVERY_MS)
    assert "reason 2" in card.api.last(VIC).text


def test_a_person_who_blocked_the_bot_ends_it(card: Room) -> None:
    card.api.blocked.add(VIC)
    for number in range(1, 5):
        changed(card, number)
        card.steps(1, by_ms=EVERY_MS)
    assert edits(card) == 1


def test_when_it_is_limited_it_waits_as_long_as_it_was_told(card: Room) -> None:
    card.api.fails("editMessageText", limited(42))
    changed(card, 1)
    card.clock.move(EVERY_MS)
    card.chat.step()
    card.clock.move(41_999)
    card.chat.step()
    assert edits(card) == 1
    card.clock.move(1)
    card.chat.step()
    assert edits(card) == 2
    assert "reason 1" in card.api.last(VIC).text


@pytest.mark.parametrize("fault", [BROKEN, Fault(drop=True), Fault(200, b"{"), Fault(hang=True)])
def test_trouble_makes_its_edits_rarer_and_they_never_pile_up(card: Room, fault: Fault) -> None:
    card.api.fails("editMessageText", fault, fault)
    changed(card, 1)
    card.steps(2, by_ms=EVERY_MS)
    assert edits(card) == 1
    card.steps(8, by_ms=EVERY_MS)
    assert edits(card) == 3
    assert "reason 1" in card.api.last(VIC).text


def test_it_is_given_up_when_nothing_is_taken_for_long(card: Room) -> None:
    card.api.fails("editMessageText", *[BROKEN] * 100)
    changed(card, 1)
    for _ in range(10):
        card.clock.at_ms = card.chat.cards.due_ms() or 0
        card.chat.step()
    assert edits(card) == 10
    assert card.chat.cards.due_ms() is None
    assert card.log.has("chat card left")


def test_an_answer_goes_before_an_edit(card: Room) -> None:
    changed(card, 1)
    card.clock.move(EVERY_MS)
    card.api.says(VIC, "/pnl")
    card.chat.step()
    assert edits(card) == 0
    assert "Profit and loss" in card.api.last(VIC).text
    card.steps(2)
    assert edits(card) == 1


def test_it_tells_when_the_books_are_away_and_comes_back(card: Room) -> None:
    card.door.shut = TransientError(Code.ERR_DB_UNREACHABLE, "the server is gone")
    card.clock.move(EVERY_MS)
    card.chat.step()
    told = words(card.api.last(VIC).text).text
    assert "HEALTH_STORAGE" in told
    assert "ERR_DB_UNREACHABLE" in told
    card.door.shut = None
    card.steps(2, by_ms=EVERY_MS)
    assert "markets, block" in card.api.last(VIC).text


def test_when_the_chat_stops_no_message_looks_live(card: Room) -> None:
    card.clock.move(1_000)
    card.chat.cards.stop(card.clock.now_ms())
    assert "the chat was stopped" in card.api.last(VIC).text


def test_a_poll_never_waits_past_the_next_edit(card: Room) -> None:
    card.clock.move(1_500)
    card.chat.step()
    asked = [params for method, params in card.api.calls if method == "getUpdates"][-1]
    assert asked["timeout"] == "4"
