"""Faults on purpose: what a drill breaks, never allowed where real money moves."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.kinds import Place
from botctl.config.values import FaultValues
from botctl.core.faults import fault_toggles

EMBEDDED_CHAIN_ID: Final = 31_337  # of the local chain, as of every anvil and hardhat
FILE: Final = "file"


def _text(value: object) -> object:
    """TOML's true, 0.3 and 12 are as good as "true", "0.3" and "12"."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Toggle = Annotated[str, BeforeValidator(_text)]


def _off(text: str, description: str) -> Toggle:
    made: Toggle = Field(text, description=description)
    return made


class FaultsGroup(Group):
    """Faults on purpose, for drills; each also as FAULT_<NAME>. With live money they are refused."""

    file: Annotated[str, Place()] = Field(
        "", description="TOML of the toggles below, read again whenever it changes; empty: none."
    )
    https_block: Toggle = _off("false", "Nothing leaves this machine: every request times out.")
    rpc_drop_rate: Toggle = _off("0", "Share of requests, 0 to 1, that never reach the node.")
    rpc_lost_rate: Toggle = _off("0", "Share of requests that arrive, and whose answer is lost.")
    rpc_garbage_rate: Toggle = _off("0", "Share of answers that are no JSON.")
    rpc_truncate_rate: Toggle = _off("0", "Share of answers that break off in the middle.")
    rpc_limit_rate: Toggle = _off("0", "Share of requests that get HTTP 429.")
    rpc_stale_head: Toggle = _off("false", "The node stands still: true, or its last block.")
    rpc_stale_blocks: Toggle = _off("0", "The node lags this many blocks behind.")
    rpc_disagree: Toggle = _off("false", "The node names other block hashes than the others do.")
    rpc_quote_skew_bps: Toggle = _off("0", "Added to each market's quote reserve as it is told.")
    rpc_provider: Toggle = _off("0", "Which of chain.urls is met, from 1; 0: all of them.")
    delay_ms: Toggle = _off("0", "Every request waits this long; 500..1500 draws from a range.")
    etherscan_timeout: Toggle = _off("false", "Explorers do not answer in time.")
    telegram_down: Toggle = _off("false", "The chat service cannot be reached.")
    telegram_delay_ms: Toggle = _off("0", "The chat service is slow, as delay_ms.")
    seed: Toggle = _off("1", "The same seed draws the same faults.")

    @model_validator(mode="after")
    def _is_readable(self) -> "FaultsGroup":
        fault_toggles(dict(self.chosen))  # its error is a ValueError that names the toggle
        return self

    @property
    def chosen(self) -> tuple[tuple[str, str], ...]:
        """What is not as it is by default."""
        told = self.model_dump(exclude={FILE})
        return tuple(
            (name, text)
            for name, text in told.items()
            if text != type(self).model_fields[name].default
        )

    @property
    def harms(self) -> bool:
        """A file may switch on anything at any time."""
        return bool(self.file) or not fault_toggles(dict(self.chosen)).is_quiet

    def values(self, file: str) -> FaultValues:
        return FaultValues(file=file, chosen=self.chosen, harms=self.harms)
