"""Whatever the far side does, the chat goes on; what it must give up, it gives up with a code."""

from queue import SimpleQueue
from threading import Thread

import pytest

from botctl.adapters.telegram.line import LinePlan, TelegramLine
from botctl.chat.listening import CONFLICT_MS_MAX, Listening
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.ports.chat import Deaf, Heard, Outcome, Saying
from tests.chat.conftest import ADA, START_MS, VIC, HeardLog, MakeRoom, Room, until
from tests.chat.stand_in import BROKEN, CONFLICT, TOKEN, BotApi, Fault, limited

TROUBLE = {
    "502": BROKEN,
    "500 with JSON": Fault(500, {"ok": False, "error_code": 500, "description": "Internal"}),
    "cut off": Fault(drop=True),
    "half an answer": Fault(200, b'{"ok": true, "resu'),
    "no JSON": Fault(200, b"<html>sign in to the network</html>"),
    "another shape": Fault(200, [1, 2]),
    "no result": Fault(200, {"ok": True}),
    "a result of another kind": Fault(200, {"ok": True, "result": 5}),
    "null": Fault(200, b"null"),
    "limited": limited(3),
    "conflict": Fault(409, {"ok": False, "error_code": 409, "description": CONFLICT}),
}


@pytest.fixture(autouse=True)
def _pauses_move_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause of the chat is a moment here: `steps` moves the clock instead."""
    monkeypatch.setattr(TelegramLine, "pause", lambda *_: None)


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
@pytest.mark.parametrize("method", ["getUpdates", "sendMessage"])
def test_a_command_is_answered_once_the_trouble_is_over(
    room: Room, method: str, fault: Fault
) -> None:
    room.api.fails(method, fault)
    room.api.says(VIC, "/pnl")
    room.steps(9)
    assert "Profit and loss" in room.api.last(VIC).text
    assert [who for who, *_ in room.journal()] == ["Vic (telegram 22)"]


def test_pauses_grow_to_a_minute_and_begin_anew_after_a_good_answer(room: Room) -> None:
    tries = []
    room.api.fails("getUpdates", *[BROKEN] * 9)
    for _ in range(9):
        room.chat.step()
        tries.append(room.chat.listening.until_ms - room.clock.at_ms)
        room.clock.at_ms = room.chat.listening.until_ms
    assert tries == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    room.chat.step()
    assert room.log.has("chat heard again")
    room.api.fails("getUpdates", BROKEN)
    room.chat.step()
    assert room.chat.listening.until_ms - room.clock.at_ms == 1_000


def test_cards_and_answers_go_on_while_nothing_is_heard(room: Room) -> None:
    room.api.fails("sendMessage", limited(2))
    room.api.says(VIC, "/pnl")
    room.chat.step()
    room.api.fails("getUpdates", *[BROKEN] * 9)
    room.steps(4)
    assert "Profit and loss" in room.api.last(VIC).text


MALFORMED: dict[str, dict[str, object]] = {
    "message without a chat": {"message": {"message_id": 1, "date": 1, "text": "/halt"}},
    "message of another kind": {"message": "hello"},
    "a date that is none": {
        "message": {"message_id": 1, "date": "x", "chat": {"id": 1, "type": "private"}}
    },
    "a press by nobody": {"callback_query": {"id": "1", "chat_instance": "1", "data": "yes:0"}},
    "a press on nothing": {
        "callback_query": {
            "id": "1", "chat_instance": "1", "from": {"id": VIC, "is_bot": False, "first_name": "V"},
        }
    },
    "what we did not ask for": {"poll": {"id": "1"}},
    "nothing": {},
}  # fmt: skip


@pytest.mark.parametrize("update", MALFORMED.values(), ids=MALFORMED)
def test_an_update_that_cannot_be_read_is_skipped_and_the_next_is_answered(
    room: Room, update: dict[str, object]
) -> None:
    room.api.arrives(update)
    room.api.says(VIC, "/pnl")
    room.steps()
    assert "Profit and loss" in room.api.last(VIC).text
    assert room.api.waiting == 0


@pytest.mark.parametrize("raw", [{"update_id": "7"}, {"message": {}}, {"update_id": True}])
def test_an_update_without_a_number_is_left_out(room: Room, raw: dict[str, object]) -> None:
    room.api.arrives_raw(raw)
    room.api.says(VIC, "/pnl")
    room.steps()
    assert len(room.api.said(VIC)) == 1


def test_a_mistake_of_ours_costs_one_answer_and_not_the_chat(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("botctl.chat.commands.worth", broken)
        room.api.says(VIC, "/pnl")
        room.steps()
    assert room.log.has("unexpected error")
    assert "You are Vic" in room.asks(VIC, "/help")


def test_what_was_handled_is_not_heard_again_by_the_next_process(make_room: MakeRoom) -> None:
    first = make_room()
    first.asks(VIC, "/pnl")
    last = first.api.says(VIC, "/help")
    first.chat.step()  # handled, and Telegram was not yet told: it will offer it again
    assert first.api.waiting == 1
    second = make_room()
    second.steps(4)
    asked = [p for method, p in second.api.calls if method == "getUpdates"]
    assert int(asked[-1]["offset"]) == last + 1
    assert second.chat.handled == 0
    assert len(second.api.said(VIC)) == 2


def test_what_came_while_no_process_ran_is_answered_by_the_next(make_room: MakeRoom) -> None:
    make_room().asks(VIC, "/pnl")
    room = make_room()
    room.api.says(VIC, "/help")
    room.steps()
    assert "You are Vic" in room.api.last(VIC).text


def test_a_place_that_could_not_be_kept_is_kept_in_memory_and_with_the_next(room: Room) -> None:
    room.door.shut = TransientError(Code.ERR_DB_LOCKED, "locked")
    room.asks(ADA, "/help")
    assert room.log.has("chat place not kept")
    room.steps()
    assert len(room.api.said(ADA)) == 1
    room.door.shut = None
    number = room.api.says(ADA, "/help")
    room.steps()
    with room.books() as books:
        listened = books.store.listened(room.chat.desk.line_id)
    assert listened is not None
    assert listened.update_id == number


def test_numbers_that_start_anew_after_a_silent_week_are_heard(make_room: MakeRoom) -> None:
    room = make_room()
    room.asks(VIC, "/pnl")
    room.clock.move(7 * 86_400_000)
    room.api._next_update = 5
    assert "You are Vic" in room.asks(VIC, "/help")


def test_a_token_that_is_refused_at_the_start_is_a_matter_of_configuration(
    api: BotApi, make_room: MakeRoom
) -> None:
    api.token = "999:other"  # noqa: S105
    with pytest.raises(OperatorError) as refused:
        make_room()
    assert refused.value.code is Code.ERR_CHAT_TOKEN
    assert TOKEN not in str(refused.value)


def test_one_that_was_good_is_tried_again_before_it_is_given_up(room: Room) -> None:
    portal = Fault(404, {"ok": False, "error_code": 404, "description": "Not Found"})
    room.api.fails("getUpdates", portal, portal)
    room.steps(20)
    assert room.log.has("chat heard again")
    room.api.token = "999:revoked"  # noqa: S105
    with pytest.raises(OperatorError) as refused:
        room.steps(20, by_ms=5_000)
    assert refused.value.code is Code.ERR_CHAT_TOKEN


def heard_at(listening: Listening, now_ms: int, deaf: Deaf | None) -> None:
    listening.take(Heard(deaf=deaf, said="another poller" if deaf else ""), now_ms)


def test_a_conflict_is_given_up_after_ten_minutes_and_not_before() -> None:
    listening = Listening(HeardLog([]))
    for at_ms in (0, 5_000, 60_000, CONFLICT_MS_MAX - 1):
        heard_at(listening, START_MS + at_ms, Deaf.CONFLICT)
    with pytest.raises(TransientError) as given_up:
        heard_at(listening, START_MS + CONFLICT_MS_MAX, Deaf.CONFLICT)
    assert (given_up.value.code, given_up.value.exit_code) == (Code.ERR_CHAT_CONFLICT, 75)


def test_a_conflict_that_was_over_meanwhile_begins_anew() -> None:
    listening = Listening(HeardLog([]))
    heard_at(listening, START_MS, Deaf.CONFLICT)
    heard_at(listening, START_MS + 300_000, None)
    heard_at(listening, START_MS + 400_000, Deaf.CONFLICT)
    heard_at(listening, START_MS + 400_000 + CONFLICT_MS_MAX - 1, Deaf.CONFLICT)


@pytest.mark.parametrize("deaf", [Deaf.SILENT, Deaf.LIMITED])
def test_silence_is_waited_out_for_ever(deaf: Deaf) -> None:
    listening = Listening(HeardLog([]))
    for hour in range(24 * 30):
        heard_at(listening, START_MS + hour * 3_600_000, deaf)


def test_of_two_pollers_the_older_hears_that_there_is_another(api: BotApi, room: Room) -> None:
    """The second long poll takes the first one's place, as Telegram does it."""
    api.patience_s = 20.0
    heard: SimpleQueue[Heard] = SimpleQueue()
    older = room.chat.desk.line
    before = api.polls
    thread = Thread(target=lambda: heard.put(older.hear(None, wait_ms=20_000)))
    thread.start()
    until(lambda: api.polls > before)
    api.patience_s = 0.0
    newer = TelegramLine(LinePlan(api.url, TOKEN, call_ms=5_000))
    assert newer.greet() == newer.hear(None, wait_ms=0) == Heard()
    newer.close()
    thread.join()
    assert heard.get().deaf is Deaf.CONFLICT


def test_a_poll_that_is_never_answered_is_given_up_in_time(api: BotApi) -> None:
    line = TelegramLine(LinePlan(api.url, TOKEN, call_ms=5_000, slack_ms=300))
    assert line.greet().deaf is None
    api.fails("getUpdates", Fault(hang=True))
    assert line.hear(None, wait_ms=0).deaf is Deaf.SILENT
    assert line.hear(None, wait_ms=0) == Heard()
    line.close()


def test_an_answer_that_drips_in_is_cut_off_as_a_whole(api: BotApi) -> None:
    """Each read is in time, the whole is not."""
    line = TelegramLine(LinePlan(api.url, TOKEN, call_ms=300))
    assert line.greet().deaf is None
    api.fails("sendMessage", Fault(200, b'{"ok": true}' + b" " * 100, drip_s=0.05))
    assert line.say(VIC, Saying("hello")).outcome is Outcome.LATER
    line.close()


def test_a_webhook_is_taken_away_before_the_first_poll(api: BotApi, make_room: MakeRoom) -> None:
    api.webhook = "https://hook.example"
    api.says(VIC, "/pnl")
    room = make_room()
    room.steps()
    assert api.webhook == ""
    assert "Profit and loss" in api.last(VIC).text
