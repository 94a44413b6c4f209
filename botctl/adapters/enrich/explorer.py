"""An explorer with Etherscan's version 2 API: is the source published, is it a proxy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from botctl.adapters.enrich.fetch import Fetcher, SilentError
from botctl.adapters.enrich.reading import flagged, table, unique
from botctl.adapters.enrich.source import Said, one_by_one
from botctl.core.sellability.codes import SellCode
from botctl.core.sellability.opinion import Claim, Silence
from botctl.core.units import Address

DONE: Final = "1"
NOT_VERIFIED: Final = "Contract source code not verified"
RATE_WORDS: Final = ("rate limit", "too many", "daily limit")
KEY_WORDS: Final = ("api key", "apikey")


class Explorer:
    """A Source. Its URL is the whole path of the API; its key can only be sent in the query."""

    name = "explorer"

    def __init__(self, url: str, key: str, *, timeout_ms: int) -> None:
        self._key = key
        self._fetcher = Fetcher(url, timeout_ms=timeout_ms)

    def said(
        self, tokens: Sequence[Address], chain_id: int, is_over: Callable[[], bool]
    ) -> Iterator[tuple[Address, Said]]:
        return one_by_one(tokens, lambda token: self._asked(token, chain_id), is_over)

    def close(self) -> None:
        self._fetcher.close()

    def _asked(self, token: Address, chain_id: int) -> tuple[Claim, ...]:
        words = {
            "chainid": chain_id,
            "module": "contract",
            "action": "getsourcecode",
            "address": token,
            **({"apikey": self._key} if self._key else {}),
        }
        answer = table(self._fetcher.get("", words))
        rows = answer.get("result")
        if answer.get("status") != DONE:
            raise SilentError(_of_text(rows))
        if not isinstance(rows, list) or len(rows) != 1:
            raise SilentError(Silence.GARBAGE)
        return unique(_claims(table(rows[0])))


def _of_text(text: object) -> Silence:
    """A rate limit comes with status 200 and "NOTOK"; it also names the key, so it is looked for first."""
    if not isinstance(text, str):
        return Silence.FAULT
    low = text.lower()
    if any(word in low for word in RATE_WORDS):
        return Silence.RATE_LIMITED
    return Silence.REFUSED if any(word in low for word in KEY_WORDS) else Silence.FAULT


def _claims(row: Mapping[str, object]) -> Iterator[Claim]:
    source = row.get("SourceCode")
    if not isinstance(source, str):
        raise SilentError(Silence.GARBAGE)
    if not source or row.get("ABI") == NOT_VERIFIED:
        yield Claim(SellCode.SERVICE_NOT_VERIFIED)
    yield from flagged(row, {"Proxy": SellCode.SERVICE_PROXY})
