"""Settings of services and traps: none by default, told clearly when wrong, and never with a key."""

import json
from pathlib import Path

import pytest

from botctl.config.show import shown_config
from botctl.config.values import SourceValues
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from tests.config.conftest import Load

KEY = "canary-0123456789"
HASH = "0x" + "1A" * 32


def one(kind: str = "goplus", url: str = "https://safety.example", key: str = KEY) -> str:
    return f'[[enrich.sources]]\nkind = "{kind}"\nurl = "{url}"\nkey = "{key}"\n'


def refused(loaded: Load, text: str, **env: str) -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        loaded(text, **env)
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value.facts)
    return caught.value


def test_nobody_is_asked_and_no_trap_is_listed_unless_it_is_set(loaded: Load) -> None:
    config = loaded("")
    assert config.enrich.sources == ()
    assert not config.enrich.silent_refuses
    assert (config.gate.trap_code_hashes, config.gate.trap_code_file) == ((), "")


def test_sources_stand_in_tables_or_in_the_environment(loaded: Load) -> None:
    expected = (
        SourceValues("goplus", "https://safety.example", KEY),
        SourceValues("explorer", "https://explorer.example/v2/api", ""),
    )
    tables = one() + one("explorer", "https://explorer.example/v2/api", "")
    assert loaded(tables).enrich.sources == expected
    listed = [
        {"kind": "goplus", "url": "https://safety.example", "key": KEY},
        {"kind": "explorer", "url": "https://explorer.example/v2/api"},
    ]
    found = loaded("", BOTCTL_ENRICH__SOURCES=json.dumps(listed))
    assert found.enrich.sources == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (one(kind="gopher"), "'goplus', 'honeypot_is' or 'explorer'"),
        (one(url="http://safety.example"), "https"),
        (one(url="safety.example"), "https://host"),
        (one(url=f"https://{KEY}@safety.example"), "the key goes into `key`"),
        (one(url=f"https://safety.example?k={KEY}"), "the key goes into `key`"),
        (one(url=f"https://safety.example/{KEY} x"), "https://host"),
        (one(url=f"https://[{KEY}"), "malformed"),
        (one(url=f"https://safety.example:99999999/{KEY}"), "malformed"),
        (one(key=KEY + " x"), "the key holds a blank"),
        (one() + one(), "each kind of service once"),
        ('[enrich]\nalso_refuse = ["SERVICE_NONE"]\n', "'SERVICE_NONE' is no SERVICE_ code"),
        ('[enrich]\nonly_warn = ["STATIC_NO_CODE"]\n', "'STATIC_NO_CODE' is no SERVICE_ code"),
        ('[enrich]\nsilent = "loud"\n', "'ignore' or 'refuse'"),
        ('[gate]\ntrap_code_hashes = ["0x12"]\n', "0x and 64 hex digits"),
    ],
)
def test_what_is_wrong_is_told_with_its_fix_and_without_a_secret(
    loaded: Load, text: str, words: str
) -> None:
    error = refused(loaded, text)
    assert error.code is Code.ERR_CONFIG_INVALID
    assert words in error.say


def test_a_misspelt_key_of_a_source_is_named(loaded: Load) -> None:
    error = refused(loaded, one().replace("key =", "kye ="))
    assert error.code is Code.ERR_CONFIG_UNKNOWN_KEY
    assert "enrich.sources[0].kye" in error.say


def test_sources_of_no_json_are_told_without_their_text(loaded: Load) -> None:
    refused(loaded, "", BOTCTL_ENRICH__SOURCES=f'[{{"key": "{KEY}"')
    refused(loaded, "", BOTCTL_ENRICH__SOURCES=KEY)


def test_plain_http_is_for_this_machine_alone(loaded: Load) -> None:
    assert loaded(one(url="http://127.0.0.1:8080")).enrich.sources[0].key == KEY


def test_a_listing_shows_the_host_and_hides_the_key(toml: Path) -> None:
    toml.write_text(one(url=f"https://safety.example/{KEY}"))
    shown = shown_config(toml, {})
    row = next(each for each in shown.settings if each.name == "enrich.sources")
    assert row.value == [{"kind": "goplus", "url": "https://safety.example/***", "key": "***"}]
    assert KEY not in repr(shown)


def test_values_are_printed_without_key_and_url(loaded: Load) -> None:
    config = loaded(one(url=f"https://safety.example/{KEY}"))
    assert KEY not in repr(config)


def test_weights_change_the_hash_and_sources_do_not(loaded: Load) -> None:
    plain = loaded("").config_hash
    assert loaded(one()).config_hash == plain
    assert loaded('[enrich]\nsilent = "refuse"\n').config_hash != plain
    assert loaded(f'[gate]\ntrap_code_hashes = ["{HASH}"]\n').config_hash != plain


def test_traps_are_lower_case_and_their_file_lies_beside_the_settings(
    loaded: Load, toml: Path
) -> None:
    gate = loaded(f'[gate]\ntrap_code_hashes = ["{HASH}"]\ntrap_code_file = "traps.txt"\n').gate
    assert gate.trap_code_hashes == (HASH.lower(),)
    assert gate.trap_code_file == str(toml.parent / "traps.txt")
