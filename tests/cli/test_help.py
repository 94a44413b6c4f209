"""Every command says what it is for, with an example that it would itself accept."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from typer._click.core import Command

from botctl.cli.app import COMMANDS, GROUPS
from botctl.cli.lazy import LazyGroup, root
from tests.cli.conftest import Botctl

README = Path(__file__).parents[2] / "README.md"

EVERY = pytest.mark.parametrize("command", COMMANDS)


def understood(line: str) -> None:
    """Parsed, not run: raises for a command, an option or a value that does not exist."""
    words, command = shlex.split(line), None
    group = root(completion=False)
    while not isinstance(command, Command):
        _, found, words = group.resolve_command(group.make_context("botctl", ["-"]), words)
        assert found is not None
        if isinstance(found, LazyGroup):
            group = found
        else:
            command = found
    command.make_context(line, words)


@EVERY
def test_every_command_has_help_with_an_example(botctl: Botctl, command: str) -> None:
    ended = botctl(*command.split(), "--help")
    assert ended.status == 0
    assert COMMANDS[command].help in ended.out
    assert f"Example: botctl {command}" in ended.out
    assert "--json" in ended.out
    assert "--config" in ended.out


@EVERY
def test_every_example_is_understood(command: str) -> None:
    """Parsed, not run: an example that names an option of yesterday fails here."""
    module, _, function = COMMANDS[command].target.partition(":")
    text = getattr(import_module(module), function).__doc__
    examples = re.findall(r"Example: botctl (.+)", text)
    assert examples
    for example in examples:
        understood(example.partition("<")[0])


def test_every_example_of_the_readme_is_understood() -> None:
    rows = re.findall(r"^\| .*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    examples = [example for row in rows for example in re.findall(r"`botctl ([^`]+)`", row)]
    assert len(examples) > len(COMMANDS) // 2
    for example in examples:
        understood(example)


@EVERY
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"`botctl {command}[` ]", README.read_text(encoding="utf-8"))


@EVERY
def test_every_help_line_is_a_phrase_that_fits(command: str) -> None:
    line = COMMANDS[command].help
    assert len(line) <= 60
    assert not line.endswith(".")


def test_the_overview_names_every_command_once(botctl: Botctl) -> None:
    ended = botctl("--help")
    for name, entry in COMMANDS.items():
        assert (
            len(re.findall(rf"^  {name} +{re.escape(entry.help)}$", ended.out, re.MULTILINE)) == 1
        )
    assert ended.status == 0


@pytest.mark.parametrize("group", GROUPS)
def test_the_help_of_a_group_names_its_commands_alone(botctl: Botctl, group: str) -> None:
    ended = botctl(group, "--help")
    shown = re.findall(rf"^  ({group} \w+) ", ended.out, re.MULTILINE)
    assert shown == [name for name in COMMANDS if name.startswith(f"{group} ")]
    assert GROUPS[group] in ended.out


def test_every_two_word_command_has_a_group() -> None:
    first = {name.split()[0] for name in COMMANDS if " " in name}
    assert first - COMMANDS.keys() == set(GROUPS)  # `ledger verify` stands below a command


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_shown(
    botctl: Botctl, shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    with pytest.raises(SystemExit) as ended:
        botctl("--show-completion", shell)
    assert ended.value.code == 0


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("botctl led", "ledger"), ("botctl kill ", "soft"), ("botctl ledger --lim", "--limit")],
)
def test_the_shell_is_offered_commands_and_options(
    home: object, typed: str, offered: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from botctl.cli.app import run  # noqa: PLC0415  not through the fixture: it leaves by SystemExit

    assert home
    monkeypatch.setenv("_BOTCTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    with pytest.raises(SystemExit):
        run([])
    assert offered in capsys.readouterr().out.split()
