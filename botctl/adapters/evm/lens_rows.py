"""What `Lens.sol` answers, word by word. Every reader raises ValueError for another layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add
from struct import Struct
from typing import Final

from botctl.adapters.evm.abi import Cursor, decode_text, sole_blob, tuples
from botctl.core.facts import Facts
from botctl.core.units import Address, Hash32
from botctl.ports.chain import Holding, MarketQuery, PairIdentity, TokenMeta

DECIMALS_MAX: Final = 255  # what uint8 holds; a token that says more says nothing

# flags, reserves of token and quote, (time of the reserves), LP supply, LP locked, token supply,
# owner, code hashes of token and pair, the wallet's tokens, the pair's tokens and quote, factory,
# the insiders' tokens
MARKET: Final = Struct(">28xI32s32s32x32s32s32s12x20s32s32s32s32s32s12x20s32s")
PAIR_HAS_CODE: Final = 1 << 0
TOKEN_HAS_CODE: Final = 1 << 1
RESERVES_OK: Final = 1 << 2
LP_SUPPLY_OK: Final = 1 << 3
TOKEN_SUPPLY_OK: Final = 1 << 4
OWNER_OK: Final = 1 << 5
WALLET_OK: Final = 1 << 6
PAIR_TOKEN_OK: Final = 1 << 7
PAIR_QUOTE_OK: Final = 1 << 8
FACTORY_OK: Final = 1 << 9
LP_LOCKED_OK: Final = 1 << 10
INSIDERS_OK: Final = 1 << 11


@dataclass(frozen=True, slots=True)
class PairWords:
    """One row of `pairs(address[])`."""

    identity: PairIdentity
    code_hash: Hash32 | None


def read_markets(raw: bytes, page: Sequence[MarketQuery]) -> list[Facts]:
    """Written out flat, and by position: this runs for every market in every cycle.

    `add` puts "0x" in front and, unlike calling `Address` or `Hash32`, costs no Python frame.
    """
    number = int.from_bytes
    packed = _packed(raw, MARKET.size * len(page))
    return [
        Facts(
            add("0x", pair_hash.hex()) if flags & PAIR_HAS_CODE else None,
            add("0x", token_hash.hex()) if flags & TOKEN_HAS_CODE else None,
            add("0x", factory.hex()) if flags & FACTORY_OK else None,
            number(reserve_token, "big") if flags & RESERVES_OK else None,
            number(reserve_quote, "big") if flags & RESERVES_OK else None,
            number(pair_token, "big") if flags & PAIR_TOKEN_OK else None,
            number(pair_quote, "big") if flags & PAIR_QUOTE_OK else None,
            number(lp_supply, "big") if flags & LP_SUPPLY_OK else None,
            number(lp_locked, "big") if flags & LP_LOCKED_OK else None,
            number(supply, "big") if flags & TOKEN_SUPPLY_OK else None,
            add("0x", owner.hex()) if flags & OWNER_OK else None,
            number(wallet, "big") if flags & WALLET_OK else None,
            number(insiders, "big") if flags & INSIDERS_OK else None,
        )
        for (
            flags,
            reserve_token,
            reserve_quote,
            lp_supply,
            lp_locked,
            supply,
            owner,
            token_hash,
            pair_hash,
            wallet,
            pair_token,
            pair_quote,
            factory,
            insiders,
        ) in MARKET.iter_unpack(packed)
    ]


def read_tokens(raw: bytes, page: Sequence[Address]) -> list[TokenMeta]:
    cursor = Cursor(raw)
    found = [
        _token(cursor, token) for token, _ in zip(page, tuples(cursor, len(page)), strict=True)
    ]
    cursor.done()
    return found


def read_pairs(raw: bytes, page: Sequence[Address]) -> list[PairWords]:
    cursor = Cursor(_packed(raw, 5 * 32 * len(page)))
    return [_pair(cursor, pair) for pair in page]


def read_holdings(raw: bytes, page: Sequence[Address]) -> list[Holding]:
    cursor = Cursor(_packed(raw, 32 + 2 * 32 * len(page)))
    cursor.uint()  # the native balance, which `balances` of the wallet asks apart
    return [Holding(token, _optional(cursor)) for token in page]


def read_allowances(raw: bytes, page: Sequence[Address]) -> list[int | None]:
    cursor = Cursor(_packed(raw, 2 * 32 * len(page)))
    return [_optional(cursor) for _ in page]


def _token(cursor: Cursor, token: Address) -> TokenMeta:
    """The words of the struct in their order, then its two tails."""
    has_code = cursor.flag()
    decimals, supply = _optional(cursor), _optional(cursor)
    name_ok = cursor.flag()
    cursor.expect(9 * 32)
    symbol_ok = cursor.flag()
    symbol_at = cursor.uint()
    name = cursor.blob()
    if symbol_at != 9 * 32 + 32 + len(name) + -len(name) % 32:
        raise ValueError("a symbol in the wrong place")
    symbol = cursor.blob()
    return TokenMeta(
        token=token,
        has_code=has_code,
        symbol=decode_text(symbol) if symbol_ok else None,
        name=decode_text(name) if name_ok else None,
        decimals=decimals if decimals is None or decimals <= DECIMALS_MAX else None,
        supply=supply,
    )


def _pair(cursor: Cursor, pair: Address) -> PairWords:
    has_code = cursor.flag()
    factory, token0, token1 = (_present(cursor.address()) for _ in range(3))
    code_hash = Hash32("0x" + cursor.word().hex())
    return PairWords(PairIdentity(pair, factory, token0, token1), code_hash if has_code else None)


def _present(found: Address) -> Address | None:
    """`pairs` has no flags: what could not be read is zero, and no pair is made of zeros."""
    return found if int(found, 16) else None


def _optional(cursor: Cursor) -> int | None:
    ok, value = cursor.flag(), cursor.uint()
    return value if ok else None


def _packed(raw: bytes, size: int) -> bytes:
    packed = sole_blob(raw)
    if len(packed) != size:
        raise ValueError(f"{len(packed)} bytes instead of {size}")
    return packed
