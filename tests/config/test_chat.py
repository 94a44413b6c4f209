"""Settings of the chat: nobody by default, each person once, and a token that is shown to nobody."""

import json
from pathlib import Path

import pytest

from botctl.config.show import shown_config
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.operators import Person, Role
from botctl.wiring.chat import chat_seen, line_id, token_of
from tests.config.conftest import Load
from tests.notify.far_side import Say, far_side

TOKEN = "123:CANARY-of-the-chat"  # noqa: S105
ADA = '[[chat.allow]]\nid = 11\nrole = "operator"\nname = "Ada"\n'


def test_nobody_is_answered_unless_named(loaded: Load) -> None:
    chat = loaded("").chat
    assert (chat.token, chat.allow, chat.groups) == ("", (), ())
    assert (chat.confirm_s, chat.late_max_s, chat.card_s) == (60, 60, 5)


def test_people_stand_in_tables_or_in_the_environment(loaded: Load) -> None:
    expected = (Person(11, Role.OPERATOR, "Ada"),)
    assert loaded(ADA).chat.allow == expected
    told = json.dumps([{"id": 11, "role": "operator", "name": "Ada"}])
    found = loaded("", BOTCTL_CHAT__ALLOW=told, BOTCTL_CHAT__GROUPS="-100123, -5")
    assert (found.chat.allow, found.chat.groups) == (expected, (-100_123, -5))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ADA + ADA, "each id once"),
        (ADA.replace('"operator"', '"admin"'), "'viewer' or 'operator'"),
        (ADA.replace("11", "0"), "greater than 0"),
        (ADA.replace('"Ada"', '""'), "at least 1"),
        ("[chat]\ngroups = [5]\n", "negative"),
        ("[chat]\nconfirm_s = 5\n", "greater than or equal to 10"),
        ("[chat]\ncard_s = 1\n", "greater than or equal to 3"),
    ],
)
def test_what_is_no_setting_is_told(loaded: Load, text: str, words: str) -> None:
    with pytest.raises(OperatorError, match=words):
        loaded(text)


def test_who_may_command_changes_no_rule_of_trading(loaded: Load) -> None:
    """A new viewer does not ask for a new preflight."""
    assert loaded(ADA, BOTCTL_CHAT__TOKEN=TOKEN).config_hash == loaded("").config_hash


def test_the_token_is_shown_to_nobody(loaded: Load, tmp_path: Path) -> None:
    config = loaded("", BOTCTL_CHAT__TOKEN=TOKEN)
    shown = shown_config(Path(config.source), {"BOTCTL_CHAT__TOKEN": TOKEN})
    assert TOKEN not in repr(shown)
    assert "CANARY" not in line_id(TOKEN)
    assert tmp_path.exists()


def test_the_chats_own_token_goes_before_that_of_the_alerts(loaded: Load) -> None:
    alerts = {"BOTCTL_ALERTS__TELEGRAM_TOKEN": "9:alerts", "BOTCTL_ALERTS__TELEGRAM_CHAT": "-1"}
    assert token_of(loaded("", **alerts)) == "9:alerts"
    assert token_of(loaded("", BOTCTL_CHAT__TOKEN=TOKEN, **alerts)) == TOKEN
    with pytest.raises(OperatorError) as missing:
        token_of(loaded(""))
    assert missing.value.code is Code.ERR_CHAT_TOKEN


def test_preflight_asks_telegram_whose_token_it_is(loaded: Load) -> None:
    me = json.dumps({"ok": True, "result": {"id": 1, "username": "watch_bot"}}).encode()
    with far_side(lambda _: Say(200, me)) as side:
        env = {"BOTCTL_CHAT__TOKEN": TOKEN, "BOTCTL_ALERTS__TELEGRAM_API": side.url}
        seen = chat_seen(loaded(ADA, **env), ask=True)
        assert seen is not None
        assert seen.bot is not None
        assert (seen.bot.name, seen.people, seen.operators) == ("watch_bot", 1, 1)
        assert [got.path for got in side.got] == [f"/bot{TOKEN}/getMe"]
        quiet = chat_seen(loaded(ADA, **env), ask=False)
        assert quiet is not None
        assert quiet.bot is None
        assert len(side.got) == 1


@pytest.mark.parametrize(
    ("say", "later"),
    [
        (Say(401, b'{"ok": false, "description": "Unauthorized"}'), False),
        (Say(502, b"<html>"), True),
        (Say(200, b"[]"), True),
        (Say(garbage=True), True),
    ],
)
def test_a_token_that_answers_to_no_bot_is_found(loaded: Load, say: Say, later: bool) -> None:
    with far_side(lambda _: say) as side:
        env = {"BOTCTL_CHAT__TOKEN": TOKEN, "BOTCTL_ALERTS__TELEGRAM_API": side.url}
        seen = chat_seen(loaded(ADA, **env), ask=True)
    assert seen is not None
    assert seen.bot is not None
    assert (seen.bot.name, seen.bot.later) == ("", later)
    assert TOKEN not in seen.bot.said


def test_without_any_chat_there_is_nothing_to_check(loaded: Load) -> None:
    assert chat_seen(loaded(""), ask=True) is None
    unset = chat_seen(loaded(ADA), ask=True)
    assert unset is not None
    assert unset.trouble is not None
    assert unset.trouble.code == "ERR_CHAT_TOKEN"
