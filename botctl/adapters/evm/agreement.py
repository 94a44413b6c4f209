"""A MarketReader over several providers: the head they agree on, then one of them for its block."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from botctl.adapters.evm.blocks import head, headers
from botctl.adapters.evm.gather import Answer, Gathering
from botctl.adapters.evm.member import Member
from botctl.adapters.evm.pool import PooledRpc
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.evm.reserves import reserves
from botctl.adapters.evm.rpc import Rpc
from botctl.core.codes import Code
from botctl.core.errors import BotError, TransientError
from botctl.core.facts import BlockRef
from botctl.core.sources import HeadRules, Meeting, SeenHead, Verdict, meeting, verdict
from botctl.core.units import Address
from botctl.ports.chain import (
    Elsewhere,
    Head,
    PairCreated,
    PairIdentity,
    Survey,
    SurveyRequest,
    SwapLog,
    TokenMeta,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How heads are agreed on; `now_ms` is the clock that ages of blocks are measured by."""

    chain_id: int
    rules: HeadRules
    gathering: Gathering
    now_ms: Callable[[], int]


class AgreeingReader:
    """Pinned reads go to one of those that agree. `rpc` is the pool, perhaps with retries around it."""

    def __init__(self, pool: PooledRpc, rpc: Rpc, agreement: Agreement) -> None:
        self._pool = pool
        self._agreement = agreement
        self._reader = EvmMarketReader(rpc)
        self._rpc = rpc

    @property
    def round_trips(self) -> int:
        return self._pool.round_trips

    @property
    def logs_skipped(self) -> int:
        return self._reader.logs_skipped

    def head(self) -> Head:
        """All are asked at once; when none answers, one after the other, as patiently as any read."""
        self._pool.unpin()
        if len(self._pool.members) == 1:
            return self._anybodys("")
        said = self._asked_all()
        heads = {name: one for name, one in said.items() if not isinstance(one, BotError)}
        silent = {name: one for name, one in said.items() if isinstance(one, BotError)}
        return self._agreed(heads, silent) if heads else self._last_resort(silent)

    def is_canonical(self, block: BlockRef) -> bool:
        return self._kept(lambda: self._reader.is_canonical(block))

    def blocks(self, numbers: Sequence[int]) -> tuple[BlockRef | None, ...]:
        return self._kept(lambda: self._reader.blocks(numbers))

    def pairs_created(self, factory: Address, first: int, last: int) -> tuple[PairCreated, ...]:
        return self._kept(lambda: self._reader.pairs_created(factory, first, last))

    def swaps(self, pairs: Sequence[Address], first: int, last: int) -> tuple[SwapLog, ...]:
        return self._kept(lambda: self._reader.swaps(pairs, first, last))

    def tokens(self, tokens: Sequence[Address], at: BlockRef) -> tuple[TokenMeta, ...]:
        return self._kept(lambda: self._reader.tokens(tokens, at))

    def identities(self, pairs: Sequence[Address], at: BlockRef) -> tuple[PairIdentity, ...]:
        return self._kept(lambda: self._reader.identities(pairs, at))

    def survey(self, request: SurveyRequest, at: BlockRef) -> Survey:
        return self._kept(lambda: self._reader.survey(request, at))

    def reserves_elsewhere(self, pairs: Sequence[Address], at: BlockRef) -> Elsewhere | None:
        """The next best provider's word; another is asked only when that one fails."""
        if len(self._pool.members) == 1:
            return None
        said: list[str] = []
        for member in self._pool.others():
            try:
                return Elsewhere(member.name, reserves(member, pairs, at), "")
            except BotError as error:
                said.append(f"{member.name} gives no answer ({error.code})")
        why = "; ".join(said) or "every other provider rests"
        return Elsewhere("", (), f"{Code.ERR_SINGLE_SOURCED}: {why}")

    def _kept(self, read: Callable[[], T]) -> T:
        """JSON-RPC whose contents are no answer fails over as well, each provider once."""
        for _ in self._pool.members[1:]:
            try:
                return read()
            except TransientError as error:
                if error.code is not Code.ERR_RPC_GARBAGE:
                    raise
                self._pool.turn_from_current()
        return read()

    def _asked_all(self) -> Mapping[str, Answer[Head]]:
        """Those who rest are not asked: their last code stands for them."""
        awake = self._pool.awake()
        said = dict(self._agreement.gathering.asked(awake, self._head_of))
        return {m.name: said.get(m.name) or _resting(m) for m in self._pool.members}

    def _head_of(self, member: Member) -> Head:
        """Raises ERR_CHAIN_ID_MISMATCH for a provider of another chain."""
        found = head(member)
        if found.chain_id != self._agreement.chain_id:
            member.blame(Code.ERR_CHAIN_ID_MISMATCH)
            facts = {"provider": member.name, "node": found.chain_id}
            raise TransientError(Code.ERR_CHAIN_ID_MISMATCH, "it serves another chain", **facts)
        member.has_head(found.block.number, found.block.hash)
        return found

    def _last_resort(self, silent: Mapping[str, BotError]) -> Head:
        """A head of another chain is for a person to mend only when nobody might serve ours."""
        passing = [e for e in silent.values() if e.code is not Code.ERR_CHAIN_ID_MISMATCH]
        told = "; ".join(f"{name} gives no answer ({e.code})" for name, e in silent.items())
        found = self._anybodys(f"{Code.ERR_SINGLE_SOURCED}: {told}")
        if passing and found.chain_id != self._agreement.chain_id:
            raise passing[0]
        return found

    def _anybodys(self, say: str) -> Head:
        found = replace(head(self._rpc), sources_say=say)
        (member,) = (m for m in self._pool.members if m.name == found.provider)
        member.has_head(found.block.number, found.block.hash)
        return self._pinned(found, member)

    def _agreed(self, heads: Mapping[str, Head], silent: Mapping[str, BotError]) -> Head:
        seen = [
            SeenHead(name, one.block.number, one.block.hash, one.block.timestamp_s)
            for name, one in heads.items()
        ]
        met = meeting(seen, self._agreement.rules, self._agreement.now_ms())
        there = self._at_height(met, heads)
        hashes = {name: None if block is None else block.hash for name, block in there.items()}
        told = {name: str(error.code) for name, error in silent.items()}
        return self._chosen(verdict(met, seen, hashes, told), heads, there)

    def _at_height(self, met: Meeting, heads: Mapping[str, Head]) -> dict[str, BlockRef | None]:
        """The block of everybody near at the common height: only who is further is asked for it."""
        there: dict[str, BlockRef | None] = {
            one.name: heads[one.name].block for one in met.near if one.number == met.height
        }
        ahead = {one.name for one in met.near} - there.keys()
        members = [m for m in self._pool.members if m.name in ahead and m.is_free]
        if members:
            said = self._agreement.gathering.asked(
                members, lambda member: headers(member, [met.height])[0]
            )
            there |= {n: None if isinstance(b, BotError) else b for n, b in said.items()}
        return there

    def _chosen(
        self, found: Verdict, heads: Mapping[str, Head], there: Mapping[str, BlockRef | None]
    ) -> Head:
        best = next(m for m in self._pool.order_of_all() if m.name in found.agreeing)
        block = there[best.name]
        assert block is not None, "who agrees has the block"
        return self._pinned(
            replace(
                heads[best.name],
                block=block,
                sources_agreeing=len(found.agreeing),
                sources_say=found.say,
            ),
            best,
        )

    def _pinned(self, found: Head, member: Member) -> Head:
        self._pool.pin(found.block, member)
        rules = self._agreement.rules
        return replace(
            found, sources_configured=len(self._pool.members), sources_needed=rules.needed
        )


def _resting(member: Member) -> BotError:
    code = Code(member.state.last_code) if member.state.last_code else Code.ERR_RPC_TIMEOUT
    return TransientError(code, "it rests after its failures", provider=member.name)
