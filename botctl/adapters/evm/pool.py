"""Several providers of one chain behind one Rpc: reads fail over, a cycle keeps to one of them.

Sends never come here: `Broadcast` has connections and a policy of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from botctl.adapters.evm.blocks import block_ref, header_call
from botctl.adapters.evm.member import Member
from botctl.adapters.evm.rpc import Call, Rpc
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, shaped
from botctl.core.codes import Code
from botctl.core.errors import BotError, TransientError
from botctl.core.facts import BlockRef
from botctl.core.providers import ProviderLimits, ProviderState, ranked, taken_up, usable
from botctl.core.units import Hash32

# After these somebody else is asked; any other failure is the answer to the question.
FAILS_OVER: Final = frozenset(
    {
        Code.ERR_RPC_UNREACHABLE,
        Code.ERR_RPC_TIMEOUT,
        Code.ERR_RPC_RATE_LIMITED,
        Code.ERR_RPC_GARBAGE,
        Code.ERR_RPC_REFUSED,
        Code.ERR_NODE_PRUNED,
    }
)
METHOD_NOT_FOUND: Final = -32601
PROVIDERS_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class Pin:
    """The block of a cycle; whoever takes a cycle over must have it."""

    number: int
    hash: Hash32


class PooledRpc:
    """An Rpc made of Rpcs with names of their own, in the operator's order. Not for two threads.

    `kept`: what earlier processes learned, asked for at the first request. `now_ms`: wall clock.
    """

    def __init__(
        self,
        rpcs: Sequence[Rpc],
        limits: ProviderLimits,
        *,
        now_ms: Callable[[], int],
        kept: Callable[[], Mapping[str, ProviderState]] = dict,
    ) -> None:
        assert 0 < len(rpcs) <= PROVIDERS_MAX, len(rpcs)
        self.members = tuple(Member(rpc, limits, now_ms) for rpc in rpcs)
        assert len({m.name for m in self.members}) == len(rpcs), "a name is a provider's key"
        self._limits = limits
        self._now_ms = now_ms
        self._kept: Callable[[], Mapping[str, ProviderState]] | None = kept
        self._current = self.members[0]
        self._pin: Pin | None = None
        self._avoided: Member | None = None

    @property
    def name(self) -> str:
        """Of the provider that answered last."""
        return self._current.name

    @property
    def round_trips(self) -> int:
        return sum(member.round_trips for member in self.members)

    @property
    def asked(self) -> bool:
        """Whether there is anything new to be kept."""
        return self._kept is None

    def states(self) -> tuple[ProviderState, ...]:
        self._take_up()
        return tuple(member.state for member in self.members)

    def order(self) -> tuple[Member, ...]:
        """Best first; those whose answer is still out, or who said when to come back, are left out."""
        self._take_up()
        states = [member.state for member in self.members]
        places = ranked(states, self._now_ms(), self._limits)
        return tuple(self.members[place] for place in places if self.members[place].is_free)

    def order_of_all(self) -> tuple[Member, ...]:
        """The same, and after them all the others."""
        order = self.order()
        return (*order, *(member for member in self.members if member not in order))

    def awake(self) -> tuple[Member, ...]:
        """Those of `order` that do not rest; when all do, all of them: better a doubt than nothing."""
        order, now_ms = self.order(), self._now_ms()
        return tuple(member for member in order if usable(member.state, now_ms)) or order

    def others(self) -> Iterator[Member]:
        """The awake ones besides the current."""
        return (member for member in self.awake() if member is not self._current)

    def pin(self, block: BlockRef, member: Member) -> None:
        """From now on `member` is asked first, and another only when it has this very block."""
        self._pin, self._current, self._avoided = Pin(block.number, block.hash), member, None

    def unpin(self) -> None:
        """A new cycle begins with whoever is best."""
        self._pin = self._avoided = None

    def turn_from_current(self) -> None:
        """Its answer was well-formed JSON-RPC and yet of no use: another one is asked first."""
        self._current.blame(Code.ERR_RPC_GARBAGE)
        self._avoided = self._current

    def call(self, method: str, *params: object) -> object:
        """Raises what the last provider said when none answers, ERR_PIN_LOST when none may."""
        (answer,) = self.batch([(method, params)])
        if isinstance(answer, RpcFault):
            raise fault_error(answer, provider=self.name, method=method)
        return answer

    def batch(self, calls: Sequence[Call]) -> list[object]:
        """Items that fail for a reason of the node alone are asked again elsewhere."""
        return self._mended(calls, self._somewhere(calls)) if calls else []

    def close(self) -> None:
        for member in self.members:
            member.close()

    def _somewhere(self, calls: Sequence[Call]) -> list[object]:
        failure: BotError | None = None
        lacking: list[str] = []
        for member in self._candidates():
            try:
                answers = self._answers(member, calls)
            except BotError as error:
                if error.code not in FAILS_OVER:
                    raise
                failure = error
                continue
            if answers is not None:
                self._current = member
                return answers
            lacking.append(member.name)
        raise self._nobody(failure, lacking)

    def _candidates(self) -> Iterator[Member]:
        """The current one first while it does well; without a pin the best one is as good.

        Who comes next is worked out only when somebody has failed: nearly always nobody does.
        """
        self._take_up()
        kept = self._current if self._keeps_to_current() else None
        if kept is not None:
            yield kept
        rest = [member for member in self.order() if member is not kept]
        yield from sorted(rest, key=lambda member: member is self._avoided)

    def _keeps_to_current(self) -> bool:
        first = self._current
        if self._pin is None or first is self._avoided or not first.is_free:
            return False
        return usable(first.state, self._now_ms())

    def _answers(self, member: Member, calls: Sequence[Call]) -> list[object] | None:
        """None: it does not have the block of this cycle. One request in any case."""
        if self._pin is None or member is self._current:
            return member.ask(calls)
        header, *answers = member.batch([header_call(hex(self._pin.number)), *calls])
        return answers if _is_there(header, self._pin, member.name) else None

    def _mended(self, calls: Sequence[Call], answers: list[object]) -> list[object]:
        """Each further provider is asked once, for what is still open; the current one stays."""
        if not any(isinstance(answer, RpcFault) for answer in answers):
            return answers
        stays = self._current
        for member in self.awake():
            again = [place for place, answer in enumerate(answers) if _is_of_the_node(answer)]
            if not again:
                break
            if member is stays:
                continue
            found = self._mend([calls[place] for place in again], member)
            for place, answer in zip(again, found, strict=False):
                answers[place] = answer
        return answers

    def _mend(self, calls: Sequence[Call], member: Member) -> list[object]:
        """Nothing, when this provider cannot help either."""
        try:
            return self._answers(member, calls) or []
        except BotError as error:
            if error.code not in FAILS_OVER:
                raise
            return []

    def _nobody(self, failure: BotError | None, lacking: Sequence[str]) -> BotError:
        """None has the block, all failed, or all asked us to stay away."""
        if lacking and self._pin is not None:
            say = "the provider of this cycle failed and no other has its block"
            facts = {"block": self._pin.number, "without": ",".join(lacking)}
            why = "" if failure is None else failure.code
            return TransientError(Code.ERR_PIN_LOST, say, why=why, **facts)
        if failure is not None:
            return failure
        held = min(self.members, key=lambda member: member.state.limited_until_ms)
        wait_ms = max(0, held.state.limited_until_ms - self._now_ms())
        say = "every provider asked us to stay away for now"
        code = Code.ERR_RPC_RATE_LIMITED
        return TransientError(code, say, provider=held.name, retry_after_ms=wait_ms)

    def _take_up(self) -> None:
        if self._kept is None:
            return
        kept, self._kept = self._kept(), None
        for member in self.members:
            if (state := kept.get(member.name)) is not None:
                member.state = taken_up(state, self._now_ms(), self._limits)


def _is_there(header: object, pin: Pin, provider: str) -> bool:
    if isinstance(header, RpcFault):
        return False
    with shaped(provider):
        block = block_ref(header)
    return block is not None and block.hash == pin.hash


def _is_of_the_node(answer: object) -> bool:
    """Another node may answer what this one limits, has pruned, or does not offer."""
    if not isinstance(answer, RpcFault):
        return False
    mends = {Code.ERR_RPC_RATE_LIMITED, Code.ERR_NODE_PRUNED}
    return answer.code == METHOD_NOT_FOUND or fault_error(answer).code in mends
