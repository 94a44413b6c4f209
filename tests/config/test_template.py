"""The file that `init` writes: commented, complete, private, and the defaults when read back."""

import stat
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from botctl.config.blank import BLANK, BLANKS
from botctl.config.leaves import leaves
from botctl.config.settings import Settings
from botctl.config.template import template, write_template
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.facts import Mode
from tests.config.conftest import Load

OWN = {
    "urls": '["https://node.example"]',
    "address": '"0x000000000000000000000000000000000000dEaD"',
}


def test_it_reads_back_to_the_defaults(loaded: Load) -> None:
    defaults, written = loaded(""), loaded(template())
    assert written == defaults


def test_the_mode_is_written_in(loaded: Load) -> None:
    defaults, devnet = loaded(""), loaded(template(Mode.DEVNET))
    assert devnet.bot == replace(defaults.bot, mode=Mode.DEVNET)


def filled_in(text: str, key: str) -> str:
    line = next(line for line in text.splitlines() if line.startswith(f"{key} = "))
    assert BLANK in line
    return text.replace(line, f"{key} = {OWN[key]}")


def test_a_live_template_is_refused_until_every_blank_is_filled_in(loaded: Load) -> None:
    text = template(Mode.LIVE)
    told = []
    for key in OWN:
        with pytest.raises(OperatorError) as caught:
            loaded(text)
        assert caught.value.code is Code.ERR_CONFIG_INVALID
        told.append([name for name in BLANKS[Mode.LIVE] if name in caught.value.say])
        text = filled_in(text, key)
    assert [len(names) for names in told] == [2, 1]
    config = loaded(text)
    assert (config.bot.mode, config.wallet.address) == (Mode.LIVE, "0x" + "0" * 36 + "dead")
    assert config.chain.urls == ("https://node.example",)


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.DEVNET])
def test_only_live_has_blanks(mode: Mode) -> None:
    assert BLANK not in template(mode)


def test_a_misspelt_key_is_told_before_the_blanks(loaded: Load) -> None:
    with pytest.raises(OperatorError) as caught:
        loaded(template(Mode.LIVE) + "\n[rsik]\nx = 1\n")
    assert caught.value.code is Code.ERR_CONFIG_UNKNOWN_KEY


def test_every_setting_stands_in_it_below_its_description() -> None:
    text = template()
    for leaf in leaves(Settings()):
        assert leaf.description, leaf.name
        assert " ".join(leaf.description.split()[:4]) in text, leaf.name
        assert leaf.name.rpartition(".")[2] in text, leaf.name


def test_its_lines_fit_a_screen() -> None:
    assert [line for line in template().splitlines() if len(line) > 110] == []


def test_no_limit_is_left_to_an_upgrade() -> None:
    """All but the optional settings are written out as values."""
    written = tomllib.loads(template())
    optional = {leaf.name for leaf in leaves(Settings()) if leaf.plain is None}
    flat = {
        f"{group}.{key}"
        for group, inner in written.items()
        if isinstance(inner, dict)
        for key in inner
    }
    missing = {leaf.name for leaf in leaves(Settings())} - flat - optional - {"bands", "regimes"}
    assert missing == set()


def test_it_is_private_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "botctl.toml"
    write_template(file, Mode.PAPER)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("mine")
    with pytest.raises(OperatorError) as caught:
        write_template(file, Mode.PAPER)
    assert caught.value.code is Code.ERR_CONFIG_EXISTS
    assert file.read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        write_template(tmp_path / "none" / "botctl.toml", Mode.PAPER)
    assert caught.value.code is Code.ERR_CONFIG_INVALID
