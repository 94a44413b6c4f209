"""One cycle off the network at its least: the yardstick of a warm, durable cycle.

From the bytes of one multicall answer: decode with strict layout checks, quote and eight checks a
pair, a canonical bundle and its sha256, and rows and bundles in one durable SQLite transaction. Much
less is asked and kept than botctl asks and keeps; it is what the language and the disk allow.
"""

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from typing import Final, NamedTuple

import msgspec

ROW: Final = struct.Struct(">24xQ24xQ24xQ16xQQ16xQQ24xQ")  # ok, offset, length, reserves, time
WORD: Final = 32
ROW_BYTES: Final = 192  # an element: flag, offset, length, three words
ANSWER_BYTES: Final = 96
TRADE: Final = 10**17
BPS: Final = 10_000
FEE: Final = (997, 1_000)
NOW_MS: Final = 1_700_000_000_000
ENCODER: Final = msgspec.json.Encoder(order="sorted")
DECODER: Final = msgspec.json.Decoder(dict[str, str | int])
SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS decision (id INTEGER PRIMARY KEY, at_ms BIGINT NOT NULL, cycle_id TEXT NOT NULL,"
    " pair TEXT NOT NULL, liquidity TEXT, fdv TEXT, score INT, passed TEXT, failed TEXT,"
    " kind TEXT NOT NULL, reason TEXT, bundle_id TEXT NOT NULL, block_number BIGINT)",
    "CREATE UNIQUE INDEX IF NOT EXISTS decision_once ON decision (cycle_id, pair)",
    "CREATE INDEX IF NOT EXISTS decision_of_pair ON decision (pair, at_ms)",
    "CREATE TABLE IF NOT EXISTS bundle (id TEXT PRIMARY KEY, body BLOB NOT NULL)",
)
ADD_DECISION: Final = "INSERT INTO decision VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_BUNDLE: Final = "INSERT INTO bundle VALUES (?, ?)"


class Pair(NamedTuple):
    address: str
    token: str
    quote: str
    score: int
    buy_tax_bps: int
    sell_tax_bps: int
    age_s: int
    fdv: int


class Ruling(NamedTuple):
    """`checks`: name, limit, actual, passed."""

    out: int
    liquidity: int
    checks: tuple[tuple[str, int, int, bool], ...]
    failed: str | None


class CycleLimit:
    """Over the database `file`; each `run` is one more cycle. `answer`: what a node said."""

    def __init__(self, file: str, pairs: int, answer: bytes = b"") -> None:
        self._pairs = [pair(i) for i in range(pairs)]
        self._offsets = [WORD * pairs + ROW_BYTES * i for i in range(pairs)]
        self._wire = answer or wire(pairs)
        self._cycles = count(1)
        self._db = sqlite3.connect(file, isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", *SCHEMA):
            self._db.execute(statement)

    def close(self) -> None:
        self._db.close()

    def run(self) -> int:
        cycle = next(self._cycles)
        cycle_id, at_ms = f"{cycle:026d}", NOW_MS + cycle
        rows, bundles = [], []
        for one, reserves in zip(self._pairs, self.decoded(), strict=True):
            ruling = decided(one, reserves)
            body = bundle(one, reserves, ruling, at_ms)
            bundle_id = sha256(body).hexdigest()
            bundles.append((bundle_id, body))
            rows.append(
                (
                    at_ms,
                    cycle_id,
                    one.address,
                    str(ruling.liquidity),
                    str(one.fdv),
                    one.score,
                    ",".join([c[0] for c in ruling.checks if c[3]]),
                    ",".join([c[0] for c in ruling.checks if not c[3]]),
                    "FAIL" if ruling.failed else "BUY",
                    ruling.failed,
                    bundle_id,
                    19_000_000,
                )
            )
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(ADD_DECISION, rows)
        self._db.executemany(ADD_BUNDLE, bundles)
        self._db.execute("COMMIT")
        return len(rows)

    def decoded(self) -> Iterator[tuple[int, int, int]]:
        """Raises ValueError for any layout but the one that solc writes."""
        raw = bytes.fromhex(str(DECODER.decode(self._wire)["result"])[2:])
        pairs = len(self._pairs)
        if int.from_bytes(raw[WORD : 2 * WORD], "big") != pairs:
            raise ValueError("another count")
        if len(raw) != 2 * WORD + pairs * (WORD + ROW_BYTES):
            raise ValueError("another length")
        heads = struct.unpack(">" + "24xQ" * pairs, raw[2 * WORD : 2 * WORD + WORD * pairs])
        if list(heads) != self._offsets:
            raise ValueError("another layout")
        tail = memoryview(raw)[2 * WORD + WORD * pairs :]
        for ok, _, size, a, b, c, d, at_s in ROW.iter_unpack(tail):
            if ok != 1 or size != ANSWER_BYTES:
                raise ValueError("a pair that does not answer")
            yield (a << 64) | b, (c << 64) | d, at_s


def decided(one: Pair, reserves: Sequence[int]) -> Ruling:
    of_token, of_quote, _ = reserves
    fee, unit = FEE
    paid = TRADE * fee
    out = paid * of_token // (of_quote * unit + paid)
    back = out * fee
    returned = back * (of_quote + TRADE) // ((of_token - out) * unit + back)
    liquidity, impact = 2 * of_quote, TRADE * BPS // of_quote
    loss = (TRADE - returned) * BPS // TRADE
    checks = (
        ("age", 600, one.age_s, one.age_s >= 600),
        ("buy_tax_bps", 300, one.buy_tax_bps, one.buy_tax_bps <= 300),
        ("fdv", 10**23, one.fdv, one.fdv >= 10**23),
        ("impact_bps", 100, impact, impact <= 100),
        ("min_liquidity", 10**19, liquidity, liquidity >= 10**19),
        ("round_trip_bps", 400, loss, loss <= 400),
        ("score", 60, one.score, one.score >= 60),
        ("sell_tax_bps", 300, one.sell_tax_bps, one.sell_tax_bps <= 300),
    )
    return Ruling(out, liquidity, checks, next((c[0] for c in checks if not c[3]), None))


def bundle(one: Pair, reserves: Sequence[int], ruling: Ruling, at_ms: int) -> bytes:
    return ENCODER.encode(
        {
            "block": 19_000_000,
            "chain_id": 1,
            "checks": [
                {"actual": str(actual), "limit": str(limit), "name": name, "ok": ok}
                for name, limit, actual, ok in ruling.checks
            ],
            "config_hash": "ab" * 32,
            "cycle_id": "01HV0000000000000000000042",
            "decided_at": at_ms,
            "decision": "FAIL" if ruling.failed else "BUY",
            "pair": {"address": one.address, "quote": one.quote, "token": one.token},
            "quote": {
                "amount_in": str(TRADE),
                "amount_out": str(ruling.out),
                "reserve_quote": str(reserves[1]),
                "reserve_token": str(reserves[0]),
                "seen_s": reserves[2],
            },
            "reason": ruling.failed,
            "safety": {"buy_tax_bps": one.buy_tax_bps, "sell_tax_bps": one.sell_tax_bps},
            "schema": 3,
            "version": "1.2.3",
        }
    )


def pair(index: int) -> Pair:
    return Pair(
        address=f"0x{0xABC0000 + index:040x}",
        token=f"0x{0xC0DE000 + index:040x}",
        quote=f"0x{0xC02A:040x}",
        score=50 + index % 50,
        buy_tax_bps=index % 500,
        sell_tax_bps=index % 700,
        age_s=index * 13,
        fdv=10**24 + index,
    )


def wire(pairs: int) -> bytes:
    """What a node answers to one multicall of `getReserves`."""
    words = [WORD, pairs, *(WORD * pairs + ROW_BYTES * i for i in range(pairs))]
    for i in range(pairs):
        reserves = (10**20 + i * 10**17, 3 * 10**22 + i * 10**18)
        words += [1, 64, ANSWER_BYTES, *reserves, 1_700_000_000]
    result = b"".join(word.to_bytes(WORD, "big") for word in words).hex()
    return msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "result": "0x" + result})
