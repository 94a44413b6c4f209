"""Codes and errors: each code says its own name, each family who must act."""

import re

import pytest

from botctl.core.codes import Code
from botctl.core.errors import (
    BotError,
    CheckError,
    CorruptError,
    OperatorError,
    TransientError,
    UsageError,
)
from botctl.core.reasons import Kind, Reason


def test_every_code_is_its_own_name_so_that_what_is_printed_can_be_looked_up() -> None:
    for word in (*Code, *Reason, *Kind):
        assert word.value == word.name
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", word)
    assert all(code.startswith("ERR_") for code in Code)
    assert not set(Code) & set(Reason)


@pytest.mark.parametrize(
    ("family", "status"),
    [
        (CheckError, 1),
        (UsageError, 2),
        (CorruptError, 70),
        (TransientError, 75),
        (OperatorError, 78),
    ],
)
def test_each_family_ends_a_command_with_the_status_of_the_contract(
    family: type[BotError], status: int
) -> None:
    assert family.exit_code == status


def test_an_error_prints_its_code_first_then_its_sentence_then_its_facts() -> None:
    error = TransientError(Code.ERR_RPC_TIMEOUT, "the node did not answer", url="node", tries=3)
    assert str(error) == "ERR_RPC_TIMEOUT the node did not answer url=node tries=3"
    assert (error.code, error.facts) == (Code.ERR_RPC_TIMEOUT, {"url": "node", "tries": 3})
