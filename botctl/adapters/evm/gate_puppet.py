"""Tier 4: the question `Gate.sol` answers: what each power of an owner does to our sale."""

from dataclasses import dataclass, replace
from typing import Final

from botctl.adapters.evm import gate_selectors
from botctl.adapters.evm.abi import (
    WORD,
    WORD_DIGITS,
    Cursor,
    Tail,
    address,
    arguments,
    rows,
    sole_blob,
    uint,
    unhexed,
)
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.gate_case import NOBODY, Place, Power, Suspect
from botctl.adapters.evm.gate_simulation import (
    SWAP_GAS,
    Lent,
    SimBlock,
    Tx,
    answers,
    fee_wei,
    simulated,
    wallet,
)
from botctl.adapters.evm.lent_code import pinned, runtime_code
from botctl.adapters.evm.revert import revert_reason
from botctl.adapters.evm.rpc import Call
from botctl.core.amm import shortfall_bps
from botctl.core.sellability.proof import Means, OwnerProof, PowerUse, Tries
from botctl.core.units import BPS_ONE, Address, ratio_bps_floor

POWERS_MAX: Final = 48
ACTORS_MAX: Final = 3
TRY_GAS: Final = 900_000  # a power and a sale take 150,000; bombs take it all
POWERS_GAS: Final = 28_000_000  # of all tries of a token; below every chain's block gas limit
PUPPET: Final = 100  # the wallet's index; the ladder's are below
BLOB_WORDS: Final = 5  # how Gate.sol lays bytes out, behind their length
# A contract that runs another's code as itself (EIP-1167): what an actor's address is lent.
CLONE: Final = ("0x363d3d373d3d3d363d73", "5af43d82803e903d91602b57fd5bf3")
# In the order of the contract's status byte.
FAILURES: Final = (
    "",
    "the buy reverted",
    "nothing was bought",
    "the approval failed",
    "the sale reverted",
    "the sale brought nothing",
    "a balance cannot be read",
)


@dataclass(frozen=True, slots=True)
class Puppetry:
    """Of one token. Carried: the wallet buys in the block before, else in the very call."""

    place: Place
    suspect: Suspect
    means: Means

    @property
    def actors(self) -> tuple[Address, ...]:
        """Code lent to one of the places of the trade would be no trade any more."""
        of_trade = {self.suspect.token, self.suspect.pair, self.place.router, self.place.native}
        found = (each for each in self.suspect.actors if each not in NOBODY | of_trade)
        return tuple(dict.fromkeys(found))[:ACTORS_MAX]

    @property
    def powers(self) -> tuple[Power, ...]:
        """Those wanted, and last a transfer, which may be an order in disguise: tried if gas is left."""
        giving = Power(self.suspect.token, gate_selectors.TRANSFER)
        return (*self._wanted()[:POWERS_MAX], giving)

    def untried(self, tries: Tries, said: str = "") -> OwnerProof:
        return OwnerProof(tries, self.means, (), self._left_out(), said)

    def call(self) -> Call:
        if self.means is Means.CARRIED:
            return simulated(self.place, self._blocks(), is_validated=False)  # code sends it
        ahead = {
            "number": hex(self.place.block.number + 1),
            "time": hex(self.place.block.timestamp_s + 12),
        }
        asked = {
            "from": self._caller,
            "to": self._who(PUPPET),
            "data": self._question(self.place.amount_wei),
            "gas": hex(POWERS_GAS),
        }
        return "eth_call", [asked, pinned(self.place.block), self._lent(), ahead]

    def read(self, result: object) -> OwnerProof:
        """Raises ValueError."""
        if self.means is Means.WHOLE_TRIP:
            return self._read(unhexed(result))
        (bought,), (asked,) = answers(result, (1, 1))
        if not bought.ok:
            return self.untried(Tries.NO_SALE, bought.reason)
        return self._read(asked.data) if asked.ok else self.untried(Tries.NOT_RUN, asked.reason)

    def _read(self, raw: bytes) -> OwnerProof:
        cursor = Cursor(sole_blob(raw))
        status = cursor.uint(len(FAILURES) - 1)
        _, back, _, pool = (cursor.uint() for _ in range(4))
        reason = _bytes(cursor)
        if status:
            said = f"{FAILURES[status]}: {revert_reason(reason)}" if reason else FAILURES[status]
            return self.untried(Tries.NO_SALE, said)
        *uses, giving = (_use(cursor, power, back, pool) for power in self.powers)
        cursor.done()
        uses += [giving] if giving.tried else []
        return OwnerProof(Tries.DONE, self.means, tuple(uses), self._left_out(), "")

    def _wanted(self) -> tuple[Power, ...]:
        """Spending for others takes no special name, so it is tried on every token."""
        spending = Power(self.suspect.token, gate_selectors.TRANSFER_FROM)
        return tuple(dict.fromkeys((spending, *self.suspect.powers)))

    def _left_out(self) -> int:
        return max(0, len(self._wanted()) - POWERS_MAX)

    def _blocks(self) -> list[SimBlock]:
        who = self._who(PUPPET)
        buy = RouterCalls().buy(
            min_out=0,
            path=(self.place.native, self.suspect.token),
            to=who,
            deadline_s=self.place.block.timestamp_s + 12,
        )
        bought = Tx(who, self.place.router, f"0x{buy.hex()}", self.place.amount_wei)
        asked = Tx(self._caller, who, self._question(0), gas=POWERS_GAS)
        return [
            SimBlock(1, 12, [bought], {who: {"balance": hex(self._purse_wei())}}),
            SimBlock(2, 24, [asked], self._lent()),
        ]

    def _lent(self) -> Lent:
        who = self._who(PUPPET)
        clone = who[2:].join(CLONE)
        return {
            who: {"code": runtime_code("Gate"), "balance": hex(self._purse_wei())},
            **{actor: {"code": clone} for actor in self.actors},
            self._caller: {"code": clone, "balance": hex(fee_wei(self.place, POWERS_GAS))},
        }

    @property
    def _caller(self) -> Address:
        """Some obey whoever sends the transaction, so the likeliest actor does."""
        return self.actors[0]

    def _purse_wei(self) -> int:
        return 2 * self.place.amount_wei + fee_wei(self.place, 2 * SWAP_GAS)

    def _question(self, amount_wei: int) -> str:
        place, suspect = self.place, self.suspect
        ends = (suspect.token, suspect.pair, place.router, place.native)
        words = (address(p.target) + p.selector.ljust(WORD_DIGITS, "0") for p in self.powers)
        question = arguments(
            "".join(address(end) for end in ends),
            uint(amount_wei) + uint(TRY_GAS),
            rows(address(actor) for actor in self.actors),
            rows(words, words_each=2),
        )
        return f"0x{gate_selectors.POWERS}{arguments(Tail(question))}"

    def _who(self, index: int) -> Address:
        return wallet(self.place, self.suspect.token, index)


def with_people(owner: OwnerProof, people: OwnerProof) -> OwnerProof:
    """Of each power the worst use, whoever's. What people could not be seen to try proves nothing."""
    if people.tries is not Tries.DONE:
        return owner
    theirs = {(use.target, use.selector): use for use in people.powers if use.tried}
    if owner.tries is not Tries.DONE:
        is_nobodys = owner.tries is Tries.NO_ACTOR
        return replace(people, powers=tuple(theirs.values()), left_out=0) if is_nobodys else owner
    uses = (max(u, theirs.get((u.target, u.selector), u), key=_harm) for u in owner.powers)
    return replace(owner, powers=tuple(uses))


def _harm(use: PowerUse) -> tuple[bool, int, int, int, bool]:
    worst = (not use.sells, use.pool_loss_bps, use.gained_bps, use.loss_bps)
    return (*worst, use.accepted > 0)


def _use(cursor: Cursor, power: Power, back: int, pool: int) -> PowerUse:
    """`back` and `pool`: of the sale without the power. The fields in the order of the words."""
    tried, accepted, sells = cursor.uint(), cursor.uint(), cursor.flag()
    worst_back, gained, worst_pool = cursor.uint(), cursor.uint(), cursor.uint()
    used, reason = _bytes(cursor), _bytes(cursor)
    return PowerUse(
        target=power.target,
        selector=power.selector,
        tried=tried,
        accepted=accepted,
        sells=sells,
        loss_bps=shortfall_bps(worst_back, back) if sells else BPS_ONE,
        gained_bps=ratio_bps_floor(gained, pool) if pool else 0,
        pool_loss_bps=shortfall_bps(worst_pool, pool),
        used=used.hex(),
        said=revert_reason(reason) if reason else "",
    )


def _bytes(cursor: Cursor) -> bytes:
    size = cursor.uint(BLOB_WORDS * WORD)
    return b"".join(cursor.word() for _ in range(BLOB_WORDS))[:size]
