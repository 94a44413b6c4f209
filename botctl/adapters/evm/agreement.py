"""Several providers behind one reader: one is read, the others must name the same head."""

from collections.abc import Sequence
from dataclasses import replace

from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.evm.rpc import Rpc
from botctl.core.errors import TransientError
from botctl.ports.chain import Head


class AgreeingReader(EvmMarketReader):
    """Reads from the first provider; counts those of all that have its head's block.

    A provider that does not answer does not agree: one of two silent is not agreement.
    """

    def __init__(self, rpcs: Sequence[Rpc]) -> None:
        super().__init__(rpcs[0])
        self._others = [EvmMarketReader(rpc) for rpc in rpcs[1:]]

    def head(self) -> Head:
        head = super().head()
        agreeing = 1 + sum(_has(other, head) for other in self._others)
        return replace(head, sources_configured=1 + len(self._others), sources_agreeing=agreeing)


def _has(other: EvmMarketReader, head: Head) -> bool:
    try:
        return other.is_canonical(head.block)
    except TransientError:
        return False
