"""What is known of the chain's providers, kept for the next process; belongs to no bot."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from botctl.core.providers import ProviderState


class ProviderStore(Protocol):
    def providers(self) -> Mapping[str, ProviderState]:
        """Of the store's chain, by name."""

    def keep_providers(self, states: Sequence[ProviderState], now_ms: int) -> None:
        """As the caller leaves them: of two processes at once the last one's word stays."""
