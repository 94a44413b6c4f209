"""What one service is to the others: a name, and answers token by token."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol, TypeAlias

from botctl.adapters.enrich.fetch import SilentError
from botctl.core.sellability.opinion import Claim, Silence
from botctl.core.units import Address

Said: TypeAlias = tuple[Claim, ...] | Silence
# After one of these the next question would only meet the same: the service is left alone for a while.
TROUBLE: Final = frozenset(
    {
        Silence.TIMEOUT,
        Silence.UNREACHABLE,
        Silence.RATE_LIMITED,
        Silence.REFUSED,
        Silence.REDIRECTED,
        Silence.TOO_LARGE,
        Silence.BROKEN,
    }
)


class Source(Protocol):
    """Not for use by two threads at once. `name` is fit for the operator's eyes: never a URL."""

    name: str

    def said(
        self, tokens: Sequence[Address], chain_id: int, is_over: Callable[[], bool]
    ) -> Iterator[tuple[Address, Said]]:
        """As answers come; stops asking once `is_over`. Never raises for the service's trouble."""

    def close(self) -> None: ...


def one_by_one(
    tokens: Sequence[Address],
    ask: Callable[[Address], tuple[Claim, ...]],
    is_over: Callable[[], bool],
) -> Iterator[tuple[Address, Said]]:
    """For a service that takes one token a request. Trouble with one is trouble with all after it."""
    trouble: Silence | None = None
    for token in tokens:
        if is_over():
            return
        said: Said = trouble or answered(ask, token)
        if isinstance(said, Silence) and said in TROUBLE:
            trouble = said
        yield token, said


def answered(ask: Callable[[Address], tuple[Claim, ...]], token: Address) -> Said:
    try:
        return ask(token)
    except SilentError as error:
        return error.silence
