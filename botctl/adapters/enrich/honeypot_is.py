"""honeypot.is, version 2 as published: one token a request, taxes in percent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from botctl.adapters.enrich.fetch import Fetcher, SilentError
from botctl.adapters.enrich.reading import PERCENT, flagged, shared, table, unique
from botctl.adapters.enrich.source import Said, one_by_one
from botctl.core.sellability.codes import SellCode
from botctl.core.sellability.opinion import Claim, Silence
from botctl.core.units import Address

C = SellCode
TAXES: Final[Mapping[str, SellCode]] = {
    "buyTax": C.SERVICE_BUY_TAX,
    "sellTax": C.SERVICE_SELL_TAX,
    "transferTax": C.SERVICE_TRANSFER_TAX,
}
SEVERITIES: Final[Mapping[str, SellCode]] = {
    "critical": C.SERVICE_CRITICAL,
    "high": C.SERVICE_HIGH_RISK,
}
RISKS: Final = ("high", "very_high", "honeypot")
PARTS: Final = ("honeypotResult", "simulationResult", "contractCode", "summary")
FLAGS_MAX: Final = 100


class HoneypotIs:
    """A Source. The key is sent where there is one; the service asks for none yet."""

    name = "honeypot_is"

    def __init__(self, url: str, key: str, *, timeout_ms: int) -> None:
        headers = {"X-API-KEY": key} if key else {}
        self._fetcher = Fetcher(url, timeout_ms=timeout_ms, headers=headers)

    def said(
        self, tokens: Sequence[Address], chain_id: int, is_over: Callable[[], bool]
    ) -> Iterator[tuple[Address, Said]]:
        return one_by_one(tokens, lambda token: self._asked(token, chain_id), is_over)

    def close(self) -> None:
        self._fetcher.close()

    def _asked(self, token: Address, chain_id: int) -> tuple[Claim, ...]:
        words = {"address": token, "chainID": chain_id}
        answer = table(self._fetcher.get("/v2/IsHoneypot", words))
        if str(table(answer.get("token")).get("address")).lower() != token:
            raise SilentError(Silence.GARBAGE)  # an answer about something else
        return unique(_claims(answer))


def _claims(answer: Mapping[str, object]) -> Iterator[Claim]:
    yield from flagged(_part(answer, "honeypotResult"), {"isHoneypot": C.SERVICE_HONEYPOT})
    yield from shared(_part(answer, "simulationResult"), TAXES, PERCENT)
    yield from flagged(_part(answer, "contractCode"), {"isProxy": C.SERVICE_PROXY})
    if _part(answer, "contractCode").get("openSource") is False:
        yield Claim(SellCode.SERVICE_NOT_VERIFIED)
    if answer.get("simulationSuccess") is not True:
        yield Claim(SellCode.SERVICE_NOT_SIMULATED)
    yield from _summary(_part(answer, "summary"))
    if any(not isinstance(answer.get(name), dict | None) for name in PARTS):
        yield Claim(SellCode.SERVICE_UNREADABLE)


def _part(answer: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Empty when left out, as it is when nothing could be simulated, or of another form."""
    part = answer.get(name)
    return part if isinstance(part, dict) else {}


def _summary(summary: Mapping[str, object]) -> Iterator[Claim]:
    if summary.get("risk") in RISKS:
        yield Claim(SellCode.SERVICE_HIGH_RISK)
    flags = summary.get("flags")
    for each in flags[:FLAGS_MAX] if isinstance(flags, list) else ():
        severity = each.get("severity") if isinstance(each, dict) else None
        if isinstance(severity, str) and severity in SEVERITIES:
            yield Claim(SEVERITIES[severity])
