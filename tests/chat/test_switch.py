"""The switch from afar: asked, confirmed by the one who asked, in time, once; and never by an old button."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.permission import Level, PermissionSource, SourceKind, worst
from botctl.flows.kill import CONSEQUENCE, set_kill
from botctl.wiring.books import watch_of_books
from tests.chat.conftest import ADA, GROUP, VIC, MakeRoom, Room
from tests.chat.stand_in import Fault, words

COMMANDS = {
    "halt": Level.HALT_ALL,
    "exits_only": Level.EXITS_ONLY,
    "resume": Level.ALLOW_ALL,
}
BEFORE = {
    "halt": Level.ALLOW_ALL,
    "exits_only": Level.ALLOW_ALL,
    "resume": Level.HALT_ALL,
}


def level(room: Room) -> Level:
    with room.books() as books:
        return worst(books.store.sources(), SourceKind.KILL)


def set_to(room: Room, wanted: Level, who: str = "somebody else") -> None:
    with room.books() as books:
        set_kill(watch_of_books(books), wanted, who=who, why="a drill")


@contextmanager
def unmoved(room: Room) -> Iterator[None]:
    """Not even who and why of it."""
    with room.books() as books:
        before = books.store.sources()
    yield
    with room.books() as books:
        assert books.store.sources() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_question_tells_scope_and_consequence_and_moves_nothing(room: Room, command: str) -> None:
    set_to(room, BEFORE[command])
    with unmoved(room):
        told = words(room.asks(ADA, f"/{command} the key may have leaked")).text
    assert f"{BEFORE[command].name} -> {COMMANDS[command].name}" in told
    assert "for: bot demo in " in told
    assert "open orders" in told
    assert CONSEQUENCE[COMMANDS[command]] in told
    assert "the key may have leaked" in told
    assert "within 60 s" in told
    assert set(room.api.last(ADA).buttons) == {f"Confirm {command}", "Cancel"}


@pytest.mark.parametrize("command", COMMANDS)
def test_confirming_does_it_once_and_names_who_and_why(room: Room, command: str) -> None:
    set_to(room, BEFORE[command])
    room.asks(ADA, f"/{command} news of the venue")
    question = room.api.last(ADA)
    data = question.buttons[f"Confirm {command}"]
    assert room.presses(ADA, ADA, f"Confirm {command}") == f"done: {COMMANDS[command].name}"
    assert level(room) is COMMANDS[command]
    told = words(question.text).text
    assert f"{BEFORE[command].name} -> {COMMANDS[command].name}, by Ada (telegram 11)" in told
    assert "news of the venue" in told
    assert question.buttons == {}
    set_to(room, BEFORE[command])
    with unmoved(room):
        room.api.sends_back(ADA, question, data)
        room.steps()
    assert room.journal()[-1] == ("Ada (telegram 11)", "/button", "old")


def test_who_and_why_are_on_the_latch_itself(room: Room) -> None:
    room.asks(ADA, "/halt")
    room.presses(ADA, ADA, "Confirm halt")
    with room.books() as books:
        (source,) = (s for s in books.store.sources() if s.kind is SourceKind.KILL)
    assert (source.who, source.reason) == ("Ada (telegram 11)", "no reason given")


def test_cancelling_does_nothing_and_the_question_is_closed(room: Room) -> None:
    room.asks(ADA, "/halt")
    question = room.api.last(ADA)
    confirm = question.buttons["Confirm halt"]
    with unmoved(room):
        assert room.presses(ADA, ADA, "Cancel") == "cancelled: nothing was done"
        room.api.sends_back(ADA, question, confirm)
        room.steps()
    assert "cancelled" in question.texts[1]
    assert question.buttons == {}
    assert ("Ada (telegram 11)", "/halt", "cancelled") in room.journal()


@pytest.mark.parametrize(
    ("late_ms", "after"), [(59_999, Level.HALT_ALL), (60_000, Level.ALLOW_ALL)]
)
def test_a_confirmation_lives_for_a_minute(room: Room, late_ms: int, after: Level) -> None:
    room.api.says(ADA, "/halt")
    room.chat.step()
    room.clock.move(late_ms)
    room.presses(ADA, ADA, "Confirm halt")
    assert level(room) is after
    if after is Level.ALLOW_ALL:
        assert "expired" in room.api.last(ADA).text


def test_another_person_cannot_press_it_nor_spoil_it(room: Room) -> None:
    room.api.says(ADA, "/halt", chat_id=GROUP)
    room.steps()
    with unmoved(room):
        assert "the person who sent the command" in room.presses(VIC, GROUP, "Confirm halt")
    assert room.api.last(GROUP).buttons
    room.presses(ADA, GROUP, "Confirm halt")
    assert level(room) is Level.HALT_ALL


def test_the_same_button_in_another_chat_does_nothing(room: Room) -> None:
    room.asks(ADA, "/halt")
    data = room.api.last(ADA).buttons["Confirm halt"]
    room.api.says(ADA, "/pnl", chat_id=GROUP)
    room.steps()
    with unmoved(room):
        room.api.sends_back(ADA, room.api.last(GROUP), data)
        room.steps()


def test_a_newer_question_replaces_the_older_one(room: Room) -> None:
    room.asks(ADA, "/halt")
    older = room.api.last(ADA)
    data = older.buttons["Confirm halt"]
    room.asks(ADA, "/exits_only")
    room.api.sends_back(ADA, older, data)
    room.steps()
    assert level(room) is Level.ALLOW_ALL
    assert "does nothing any more" in older.text
    room.presses(ADA, ADA, "Confirm exits_only")
    assert level(room) is Level.EXITS_ONLY


def test_after_a_restart_an_old_button_does_nothing_and_says_so(make_room: MakeRoom) -> None:
    room = make_room()
    room.asks(ADA, "/halt")
    question = room.api.last(ADA)
    reborn = make_room()
    with unmoved(reborn):
        assert "asked before a restart" in reborn.presses(ADA, ADA, "Confirm halt")
    assert "asked before a restart" in question.text
    assert question.buttons == {}


@pytest.mark.parametrize("data", ["", "yes:", "yes:ffff", "no", "yes:00000001000000000 or 1=1"])
def test_invented_buttons_do_nothing(room: Room, data: str) -> None:
    room.asks(ADA, "/halt")
    with unmoved(room):
        room.api.sends_back(ADA, room.api.last(ADA), data)
        room.steps()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_order_that_waited_for_more_than_a_minute_is_not_obeyed(
    room: Room, command: str
) -> None:
    room.api.says(ADA, f"/{command}")
    room.clock.move(61_000)
    room.steps()
    assert "too old, nothing was done; send it again" in room.api.last(ADA).text
    assert room.api.last(ADA).buttons == {}
    assert room.journal()[-1][2] == "refused"


def test_an_old_question_about_facts_is_answered_all_the_same(room: Room) -> None:
    room.api.says(VIC, "/pnl")
    room.clock.move(3_600_000)
    room.steps()
    assert "Profit and loss" in room.api.last(VIC).text


@pytest.mark.parametrize("command", ["resume", "exits_only"])
def test_what_allows_more_is_not_done_to_a_switch_that_was_set_meanwhile(
    room: Room, command: str
) -> None:
    set_to(room, Level.HALT_ALL)
    assert "allows more than holds now" in room.asks(ADA, f"/{command}")
    room.clock.move(1)
    set_to(room, Level.HALT_ALL, who="the night watch")
    with unmoved(room):
        assert room.presses(ADA, ADA, f"Confirm {command}") == "nothing was done"
    assert "set anew meanwhile" in room.api.last(ADA).text
    assert room.journal()[-1][2] == "overtaken"


def test_what_allows_less_is_done_whatever_was_set_meanwhile(room: Room) -> None:
    room.asks(ADA, "/halt")
    set_to(room, Level.EXITS_ONLY, who="the night watch")
    room.presses(ADA, ADA, "Confirm halt")
    assert level(room) is Level.HALT_ALL


def test_a_flatten_that_a_word_from_afar_would_end_is_told(room: Room) -> None:
    with room.books() as books:
        set_kill(watch_of_books(books), Level.HALT_ALL, who="x", why="y", flatten=True)
    assert "A flatten was ordered: this ends it." in room.asks(ADA, "/halt")


def test_books_that_go_away_before_the_button_are_told_and_the_switch_stays(room: Room) -> None:
    room.asks(ADA, "/halt")
    room.door.shut = TransientError(Code.ERR_DB_LOCKED, "locked by another")
    assert room.presses(ADA, ADA, "Confirm halt") == "not done: ERR_DB_LOCKED"
    assert "nothing was changed" in room.api.last(ADA).text
    room.door.shut = None
    assert level(room) is Level.ALLOW_ALL


def test_the_answer_is_said_anew_when_the_question_was_deleted(room: Room) -> None:
    room.asks(ADA, "/halt")
    question = room.api.last(ADA)
    room.api.presses(ADA, question, "Confirm halt")
    del room.api.messages[ADA, question.message_id]
    room.steps()
    assert level(room) is Level.HALT_ALL
    assert "kill switch" in room.api.last(ADA).text


def test_a_press_whose_answer_is_not_taken_is_done_all_the_same(room: Room) -> None:
    room.asks(ADA, "/halt")
    room.api.fails("answerCallbackQuery", Fault(500, b"oops"))
    room.presses(ADA, ADA, "Confirm halt")
    assert level(room) is Level.HALT_ALL


def test_a_source_that_no_person_set_is_left_alone(room: Room) -> None:
    with room.books() as books:
        other = PermissionSource(SourceKind.NONCE, Level.EXITS_ONLY, "key used elsewhere", "x", 1)
        books.store.set_source(other)
    set_to(room, Level.HALT_ALL)
    room.asks(ADA, "/resume")
    room.presses(ADA, ADA, "Confirm resume")
    assert level(room) is Level.ALLOW_ALL
    assert "exits only: key used elsewhere" in words(room.api.last(ADA).text).text
