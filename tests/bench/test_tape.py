"""A tape plays back exactly what was recorded, and says where a program leaves it."""

import pytest

from bench.tape import Exchange, Player, TapeMismatchError
from botctl.adapters.evm.transport import Reply

TAPE = [Exchange(b'{"id":1}', Reply(200, b"one")), Exchange(b'{"id":2}', Reply(200, b"two"))]


def test_the_same_questions_get_the_same_answers() -> None:
    player = Player(TAPE)
    assert [player.post(exchange.request) for exchange in TAPE] == [one.reply for one in TAPE]
    player.close()


def test_another_question_is_shown_beside_the_recorded_one_from_where_they_part() -> None:
    with pytest.raises(TapeMismatchError, match=r"exchange 0, byte 6: recorded .*1.*, asked .*7"):
        Player(TAPE).post(b'{"id":7}')


def test_a_question_too_many_and_one_too_few_are_both_mismatches() -> None:
    player = Player(TAPE[:1])
    player.post(TAPE[0].request)
    with pytest.raises(TapeMismatchError, match="exchange 1"):
        player.post(TAPE[1].request)
    with pytest.raises(TapeMismatchError, match="exchange 0"):
        Player(TAPE).close()
