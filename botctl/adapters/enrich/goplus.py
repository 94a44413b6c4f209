"""GoPlus' token security, as published: many tokens a request, every field a string."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from botctl.adapters.enrich.fetch import Fetcher, SilentError
from botctl.adapters.enrich.reading import flagged, largest, shared, table, unique
from botctl.adapters.enrich.source import Said
from botctl.core.sellability.codes import SellCode
from botctl.core.sellability.opinion import Claim, Silence
from botctl.core.units import Address

C = SellCode
DONE: Final = (1, 2)  # 2: part of the data, the rest is still being computed
TOO_MANY: Final = 4029
NO_ACCESS: Final = range(4010, 4029)  # a wrong or an expired token
FLAGS: Final[Mapping[str, SellCode]] = {
    "is_honeypot": C.SERVICE_HONEYPOT,
    "cannot_buy": C.SERVICE_CANNOT_BUY,
    "cannot_sell_all": C.SERVICE_CANNOT_SELL_ALL,
    "is_airdrop_scam": C.SERVICE_SCAM,
    "honeypot_with_same_creator": C.SERVICE_SCAM,
    "owner_change_balance": C.SERVICE_OWNER_CHANGES_BALANCE,
    "can_take_back_ownership": C.SERVICE_OWNER_RETURNS,
    "hidden_owner": C.SERVICE_HIDDEN_OWNER,
    "selfdestruct": C.SERVICE_SELFDESTRUCT,
    "personal_slippage_modifiable": C.SERVICE_PERSONAL_TAX,
    "slippage_modifiable": C.SERVICE_TAX_CHANGES,
    "transfer_pausable": C.SERVICE_PAUSABLE,
    "is_blacklisted": C.SERVICE_BLACKLIST,
    "is_whitelisted": C.SERVICE_WHITELIST,
    "is_mintable": C.SERVICE_MINTABLE,
    "trading_cooldown": C.SERVICE_COOLDOWN,
    "is_anti_whale": C.SERVICE_LIMIT,
    "external_call": C.SERVICE_EXTERNAL_CALL,
    "is_proxy": C.SERVICE_PROXY,
}
# Fractions: "0.05" is 5 %, "1" is all, "" is unknown.
SHARES: Final[Mapping[str, SellCode]] = {
    "buy_tax": C.SERVICE_BUY_TAX,
    "sell_tax": C.SERVICE_SELL_TAX,
    "transfer_tax": C.SERVICE_TRANSFER_TAX,
    "creator_percent": C.SERVICE_CONCENTRATED,
    "owner_percent": C.SERVICE_CONCENTRATED,
}


class GoPlus:
    """A Source. The key is an access token; without one the service answers less often."""

    name = "goplus"

    def __init__(self, url: str, key: str, *, timeout_ms: int) -> None:
        headers = {"Authorization": key} if key else {}
        self._fetcher = Fetcher(url, timeout_ms=timeout_ms, headers=headers)

    def said(
        self,
        tokens: Sequence[Address],
        chain_id: int,
        is_over: Callable[[], bool],  # noqa: ARG002  there is one request only
    ) -> Iterator[tuple[Address, Said]]:
        try:
            rows = self._rows(tokens, chain_id)
        except SilentError as error:
            yield from ((token, error.silence) for token in tokens)
            return
        for token in tokens:
            yield token, _of(rows.get(token))

    def close(self) -> None:
        self._fetcher.close()

    def _rows(self, tokens: Sequence[Address], chain_id: int) -> Mapping[str, object]:
        path = f"/api/v1/token_security/{chain_id}"
        answer = table(self._fetcher.get(path, {"contract_addresses": ",".join(tokens)}))
        code = answer.get("code")
        if code not in DONE:
            raise SilentError(_of_code(code))
        found = answer.get("result")
        return {} if found is None else {key.lower(): row for key, row in table(found).items()}


def _of_code(code: object) -> Silence:
    if not isinstance(code, int):
        return Silence.GARBAGE
    if code == TOO_MANY:
        return Silence.RATE_LIMITED
    return Silence.REFUSED if code in NO_ACCESS else Silence.FAULT


def _of(row: object) -> Said:
    """An empty row is how the service says that it has not met a token."""
    if row is None or row == {}:
        return Silence.UNKNOWN
    return unique(_claims(row)) if isinstance(row, dict) else Silence.GARBAGE


def _claims(row: Mapping[str, object]) -> Iterator[Claim]:
    yield from flagged(row, FLAGS)
    yield from shared(row, SHARES)
    yield from largest(row.get("holders"), SellCode.SERVICE_CONCENTRATED)
    yield from largest(row.get("lp_holders"), SellCode.SERVICE_LP_UNLOCKED)
    if row.get("is_open_source") in ("0", 0):
        yield Claim(SellCode.SERVICE_NOT_VERIFIED)
