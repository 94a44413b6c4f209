"""Services that know something of tokens: they may add to what we see, and nothing waits for them."""

from collections.abc import Sequence
from typing import Protocol

from botctl.core.sellability.opinion import Opinion
from botctl.core.units import Address


class Enrichment(Protocol):
    """All configured services as one."""

    def opinions(self, tokens: Sequence[Address], chain_id: int) -> tuple[Opinion, ...]:
        """One opinion a service and token, token by token, each service in its configured place.

        Never raises for a service's trouble: that opinion says `silent`, and why. Takes no longer
        than the configured deadline, however many services and tokens there are. Asked again about
        a token within the configured time, it repeats itself.
        """


class NoEnrichment:
    """No service is configured."""

    def opinions(
        self,
        tokens: Sequence[Address],  # noqa: ARG002  a Protocol's parameters are its callers'
        chain_id: int,  # noqa: ARG002
    ) -> tuple[Opinion, ...]:
        return ()
