"""Which faults are switched on: one reading of the toggles for settings, environment and file.

The names are those of the seed document's fault matrix (FAULT_RPC_DROP_RATE, FAULT_DELAY_MS, ...) in
lower case and without the prefix. Nothing here does harm: `adapters/faults` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Final

from botctl.core.units import BPS_ONE

ON, OFF = "true", "false"
ALL_PROVIDERS: Final = 0
DELAY_MS_MAX: Final = 600_000


class ToggleError(ValueError):
    """One toggle that cannot be read: `key` is its name, the text says what to write."""

    def __init__(self, key: str, say: str) -> None:
        self.key = key
        super().__init__(f"{key}: {say}")


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends included, in ms."""

    least_ms: int = 0
    most_ms: int = 0


@dataclass(frozen=True, slots=True)
class FaultToggles:
    """Shares are bps of all requests. `provider` counts from 1; 0 means every provider."""

    https_block: bool = False  # nothing leaves this machine: every request times out
    rpc_drop_rate: int = 0  # the request never arrives
    rpc_lost_rate: int = 0  # the request arrives, its answer does not
    rpc_garbage_rate: int = 0  # the answer is no JSON
    rpc_truncate_rate: int = 0  # the answer breaks off
    rpc_limit_rate: int = 0  # HTTP 429
    rpc_stale_head: int | None = None  # the last block the node knows of; FROZEN: that of now
    rpc_stale_blocks: int = 0  # how far the node lags behind
    rpc_disagree: bool = False  # other block hashes than everybody else's
    rpc_quote_skew_bps: int = 0  # added to the quote reserve of every market; may be negative
    rpc_provider: int = ALL_PROVIDERS
    delay_ms: Range = Range()
    etherscan_timeout: bool = False
    telegram_down: bool = False
    telegram_delay_ms: Range = Range()
    seed: int = 1

    @property
    def is_quiet(self) -> bool:
        """Nothing is switched on; whom it would meet, and its seed, do not count."""
        same = FaultToggles(rpc_provider=self.rpc_provider, seed=self.seed)
        return self == same

    def meets(self, provider: int) -> bool:
        return self.rpc_provider in {ALL_PROVIDERS, provider}


FROZEN: Final = -1  # of rpc_stale_head: whatever the head is when it is first asked for
NAMES: Final = tuple(field.name for field in fields(FaultToggles))
QUIET: Final = FaultToggles()


def fault_toggles(given: Mapping[str, object]) -> FaultToggles:
    """From texts as the environment has them, or values as TOML has them. Raises ToggleError."""
    read: dict[str, object] = {}
    for key, value in given.items():
        if key not in _READ:
            raise ToggleError(key, f"no such fault; there are {', '.join(NAMES)}")
        read[key] = _READ[key](key, _text(value))
    return FaultToggles(**read)  # type: ignore[arg-type]  # each reader returns its field's type


def _text(value: object) -> str:
    if isinstance(value, bool):
        return ON if value else OFF
    return str(value).strip()


def _flag(key: str, text: str) -> bool:
    if text.lower() not in {ON, OFF}:
        raise ToggleError(key, f"write true or false, not {text!r}")
    return text.lower() == ON


def _share(key: str, text: str) -> int:
    """A share between 0 and 1, kept as bps; finer than a bps is refused, not rounded."""
    try:
        bps = Decimal(text) * BPS_ONE
    except InvalidOperation:
        raise ToggleError(key, f"write a share between 0 and 1, not {text!r}") from None
    if not bps.is_finite() or not 0 <= bps <= BPS_ONE or bps != int(bps):
        raise ToggleError(key, f"write a share between 0 and 1 (at most four decimals), not {text}")
    return int(bps)


def _whole(key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ToggleError(key, f"write a whole number, not {text!r}") from None


def _count(key: str, text: str) -> int:
    number = _whole(key, text)
    if number < 0:
        raise ToggleError(key, f"write a number from 0 upwards, not {text}")
    return number


def _skew(key: str, text: str) -> int:
    skew_bps = _whole(key, text)
    if abs(skew_bps) >= BPS_ONE:
        raise ToggleError(key, f"write bps between -{BPS_ONE - 1} and {BPS_ONE - 1}, not {text}")
    return skew_bps


def _range(key: str, text: str) -> Range:
    least, dots, most = text.partition("..")
    ends = Range(_count(key, least), _count(key, most if dots else least))
    if ends.least_ms > ends.most_ms or ends.most_ms > DELAY_MS_MAX:
        raise ToggleError(key, f"write milliseconds such as 500..1500, rising, not {text!r}")
    return ends


def _head(key: str, text: str) -> int | None:
    """`true`, `false`, or the number of the last block that the node shall know."""
    if text.lower() in {ON, OFF}:
        return FROZEN if text.lower() == ON else None
    return _count(key, text)


_READ: Final[Mapping[str, Callable[[str, str], object]]] = {
    "https_block": _flag,
    "rpc_drop_rate": _share,
    "rpc_lost_rate": _share,
    "rpc_garbage_rate": _share,
    "rpc_truncate_rate": _share,
    "rpc_limit_rate": _share,
    "rpc_stale_head": _head,
    "rpc_stale_blocks": _count,
    "rpc_disagree": _flag,
    "rpc_quote_skew_bps": _skew,
    "rpc_provider": _count,
    "delay_ms": _range,
    "etherscan_timeout": _flag,
    "telegram_down": _flag,
    "telegram_delay_ms": _range,
    "seed": _whole,
}
