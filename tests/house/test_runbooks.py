"""Every code that botctl can utter has exactly one heading in `runbooks/`, and every heading a code."""

import re
from collections import Counter
from pathlib import Path

import pytest

from botctl.cli.app import COMMANDS
from botctl.core.alerting.codes import AlertCode
from botctl.core.codes import Code
from botctl.core.health import HealthCode
from botctl.core.preflight.values import PreCode
from botctl.core.reasons import Reason
from botctl.core.sellability.codes import SellCode
from botctl.core.sellability.opinion import Silence
from botctl.core.sellability.proof import ProofCode
from tests.deploy.rules import alerts

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
CODES = {str(code) for kind in (Code, HealthCode, Reason, AlertCode, PreCode) for code in kind}
SEEN_FROM_OUTSIDE = {rule.alert for rule in alerts()}  # Prometheus alerts, by their names
PAGES = sorted(RUNBOOKS.glob("*.md"))
RECORDS = sorted((RUNBOOKS / "decisions").glob("*.md"))
LINES_MAX = 45  # a record is half a page
TOLD = ("botctl already:", "botctl did:"), ("Type:",), ("Over when:",)
COMMAND = re.compile(r"`botctl ([a-z][a-z -]*[a-z])")
SECTION = re.compile(r"^## (\S+)\n(.*?)(?=^#{1,2} |\Z)", re.MULTILINE | re.DOTALL)


def sections() -> list[tuple[str, str]]:
    return [found for page in PAGES for found in SECTION.findall(page.read_text(encoding="utf-8"))]


def test_every_code_has_exactly_one_heading_and_every_heading_is_a_code() -> None:
    headings = Counter(code for code, _ in sections())
    assert sorted((CODES | SEEN_FROM_OUTSIDE) - headings.keys()) == []
    assert sorted(headings.keys() - CODES - SEEN_FROM_OUTSIDE) == []
    assert [code for code, count in headings.items() if count > 1] == []


def test_every_section_says_what_it_means_what_was_done_what_to_type_and_when_it_is_over() -> None:
    silent = [
        (code, words)
        for code, text in sections()
        for words in TOLD
        if not any(word in text for word in words) or len(text.split()) < 10
    ]
    assert silent == []


@pytest.mark.parametrize("page", [*PAGES, *RECORDS], ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    named = {found.strip() for found in COMMAND.findall(page.read_text(encoding="utf-8"))}
    assert sorted(words for words in named if not _is_command(words)) == []


@pytest.mark.parametrize("page", RECORDS, ids=lambda page: page.name)
def test_a_record_of_a_decision_has_its_context_its_decision_and_its_price(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [h for h in ("## Context", "## Decision", "## Price") if h not in text] == []
    assert len(text.splitlines()) <= LINES_MAX


def _is_command(words: str) -> bool:
    """`order show ORDER` is matched up to `order show`; a group alone would be no command."""
    return any(words == name or words.startswith(f"{name} ") for name in COMMANDS)


def test_every_code_of_the_gate_has_its_line() -> None:
    page = (RUNBOOKS / "sellability.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([A-Z_]+) \|", page, re.MULTILINE)
    assert told == [*map(str, SellCode), *map(str, ProofCode), *map(str, Silence)]
