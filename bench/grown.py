"""The content of a grown database: a bot's long life, cycle by cycle, made from one seeded pattern.

Every row is one that botctl could have written, and the journal tells of it as botctl would, so that each
command works on it and `ledger verify` finds nothing. Only the newest cycles have whole bundles; the
others a short document under its true hash, because a million whole ones would fill the disk.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Final

from botctl.adapters.codec import JsonCodec
from botctl.adapters.store.database import Value
from botctl.core.bundle import Bundle, Header
from botctl.core.case import Inputs
from botctl.core.deciding import decide
from botctl.core.facts import Source
from botctl.core.policy import RULE_VERSION
from botctl.core.reasons import Kind, Reason
from tests.support.builders import POLICY, make_detection, make_inputs, make_world

MINUTE_MS: Final = 60_000
BLOCKS_A_CYCLE: Final = 5
FACTORY: Final = (
    "0x5c69bee701ef814a2b6a3edd4b1652cb9cc5aa6f"  # Uniswap's, as the settings begin with
)
THOUSAND: Final = 1_000
BOUGHT: Final = 1  # of a thousand decisions
# (kind, reason, of a thousand rows): most markets are refused, few are bought.
MIX: Final = (
    (Kind.FAIL, Reason.INV_SELLABLE, 200),
    (Kind.PASS, Reason.RANKED_OUT, 80),
    (Kind.HOLD, Reason.NO_EXIT, 15),
    (Kind.SKIP, Reason.INV_EXPOSURE_OK, 4),
)
PASSED: Final = ",".join(f"INV_NUMBER_{number:02d}_OK" for number in range(12))
FAILED: Final = "SIG_LIQUIDITY,SIG_OWNER,SIG_TRADERS"


@dataclass(frozen=True, slots=True)
class Growth:
    """How large, and when it ended; times in ms UTC."""

    rows: int
    bundles: int
    end_ms: int
    markets: int = 500
    whole_cycles: int = 2  # the newest, whose bundles can be decoded
    bot: str = "main"
    chain_id: int = 1
    bought: int = BOUGHT
    interval_ms: int = MINUTE_MS

    @property
    def cycles(self) -> int:
        return -(-self.rows // self.markets)

    @property
    def bundled_cycles(self) -> int:
        return min(self.cycles, -(-self.bundles // self.markets))


Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class GrownCycle:
    """One cycle as rows of `ledger` (columns as in `LEDGER_COLUMNS`) and `bundles`."""

    number: int
    cycle_id: str
    at_ms: int
    block_number: int
    block_hash: str
    rows: Sequence[Row]
    bundles: Sequence[tuple[str, bytes]]


def address(number: int) -> str:
    """Spread over the whole range, as real ones are."""
    return "0x" + sha256(b"market %d" % number).hexdigest()[:40]


class Grown:
    def __init__(self, growth: Growth) -> None:
        self.growth: Final = growth
        self._pairs = [address(n) for n in range(growth.markets)]
        self._kinds = list(_mixed(growth.bought))

    def cycles(self) -> Iterator[GrownCycle]:
        """Oldest first."""
        growth, left = self.growth, self.growth.rows
        for number in range(growth.cycles):
            yield self._cycle(number, min(left, growth.markets))
            left -= growth.markets

    def markets(self) -> Iterator[dict[str, object]]:
        """As rows of `markets`."""
        for number, pair in enumerate(self._pairs):
            yield {
                "chain_id": self.growth.chain_id, "factory": FACTORY, "pair": pair,
                "token": address_of_token(number), "quote": FACTORY, "source": Source.FACTORY,
                "symbol": f"TOK{number}", "name": None, "decimals": 18, "quote_symbol": "WETH",
                "quote_decimals": 18, "created_block": 1, "created_s": 1, "orphaned": 0,
                "launcher": None,
            }  # fmt: skip

    def _cycle(self, number: int, markets: int) -> GrownCycle:
        growth = self.growth
        at_ms = growth.end_ms - (growth.cycles - 1 - number) * growth.interval_ms
        block = 1_000 + number * BLOCKS_A_CYCLE
        cycle_id = cycle_id_at(at_ms, number)
        names, bundles = self._bundles(number, cycle_id, markets)
        rows = tuple(
            self._row(number, market, (cycle_id, at_ms, block), names[market])
            for market in range(markets)
        )
        return GrownCycle(number, cycle_id, at_ms, block, f"0x{block:064x}", rows, bundles)

    def _row(self, number: int, market: int, when: tuple[Value, ...], bundle_id: str) -> Row:
        # 617 is coprime to 1,000: every kind comes round, for each market in another cycle.
        kind, reason = self._kinds[(number * 617 + market * 7) % len(self._kinds)]
        score = (number + market * 13) % 100
        return (
            self.growth.bot, *when, self._pairs[market], address_of_token(market), f"TOK{market}",
            kind, reason, f"score {score} of 100, 9 passes of 13", score, 9, PASSED, FAILED,
            20_000 + market * 31, 1_000_000 + number, 3_600 + number * 60, 0, 100, 12, None, bundle_id,
        )  # fmt: skip

    def _bundles(
        self, number: int, cycle_id: str, markets: int
    ) -> tuple[list[str], list[tuple[str, bytes]]]:
        growth = self.growth
        if number < growth.cycles - growth.bundled_cycles:
            return [f"{number:032x}{market:032x}" for market in range(markets)], []
        whole = number >= growth.cycles - growth.whole_cycles
        bodies = [self._body(cycle_id, market, whole=whole) for market in range(markets)]
        found = [(sha256(body).hexdigest(), body) for body in bodies]
        return [key for key, _ in found], found

    def _body(self, cycle_id: str, market: int, *, whole: bool) -> bytes:
        if not whole:
            return b'{"cycle_id":"%b","pair":"%b"}' % (
                cycle_id.encode(),
                self._pairs[market].encode(),
            )
        body, pair, cycle = self._template
        return body.replace(pair, self._pairs[market].encode()).replace(cycle, cycle_id.encode())

    @cached_property
    def _template(self) -> tuple[bytes, bytes, bytes]:
        """A decided bundle of a refused market; its pair and its cycle are put in by text."""
        inputs: Inputs = make_inputs(
            world=make_world(chain_id=self.growth.chain_id, bot=self.growth.bot),
            detection=make_detection(reserve_quote=10**15),
        )
        header = Header(1, "grown", RULE_VERSION, "0" * 64, None)
        bundle = Bundle(header, POLICY, inputs, decide(inputs, POLICY))
        market, world = inputs.detection.market, inputs.world
        return JsonCodec().canonical(bundle), market.pair.encode(), world.cycle_id.encode()


def _mixed(bought: int) -> Iterator[tuple[str, str]]:
    """A thousand; the score refuses what nothing else does."""
    others = [(kind.value, reason.value) for kind, reason, of in MIX for _ in range(of)]
    yield from others
    yield from [(Kind.BUY.value, Reason.ENTRY_SELECTED.value)] * bought
    low = Kind.FAIL.value, Reason.SCORE_LOW.value
    yield from [low] * (THOUSAND - bought - len(others))


def address_of_token(market: int) -> str:
    return address(1_000_000 + market)


def cycle_id_at(at_ms: int, number: int) -> str:
    """Time-ordered, as ours are."""
    head = f"{at_ms:012x}"
    return f"{head[:8]}-{head[8:]}-7000-8000-{number:012x}"
