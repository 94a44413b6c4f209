"""The ways out of this machine that are no node, each behind its outlet's switch."""

from collections.abc import Callable, Iterator, Sequence

from botctl.adapters.enrich.source import Said, Source
from botctl.adapters.faults.outlets import FaultyOutlet
from botctl.core.sellability.opinion import Silence
from botctl.core.units import Address
from botctl.ports.alerts import Delivery, Letter, Notifier, Taken


class FaultyNotifier:
    """A Notifier that meets the switch before it sends anything."""

    def __init__(self, real: Notifier, outlet: FaultyOutlet) -> None:
        self._real, self._outlet = real, outlet

    @property
    def channel(self) -> str:
        return self._real.channel

    def send(self, letter: Letter, *, timeout_ms: int) -> Delivery:
        """What the switch raises is told as the channel's own trouble would be."""
        try:
            self._outlet.before_request(timeout_ms)
        except (TimeoutError, ConnectionError) as error:
            return Delivery(Taken.LATER, str(error))
        return self._real.send(letter, timeout_ms=timeout_ms)


class FaultySource:
    """A Source that meets the switch before it asks anything."""

    def __init__(self, real: Source, outlet: FaultyOutlet) -> None:
        self._real, self._outlet = real, outlet
        self.name = real.name

    def said(
        self, tokens: Sequence[Address], chain_id: int, is_over: Callable[[], bool]
    ) -> Iterator[tuple[Address, Said]]:
        try:
            self._outlet.before_request()
        except TimeoutError:
            yield from ((token, Silence.TIMEOUT) for token in tokens)
            return
        yield from self._real.said(tokens, chain_id, is_over)

    def close(self) -> None:
        self._real.close()
