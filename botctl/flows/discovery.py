"""Finding markets: PairCreated and Swap logs up to the pinned head, with a durable cursor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from botctl.core.facts import BlockRef, Market, Source
from botctl.core.units import NANO, Address
from botctl.ports.chain import Head, PairCreated, SwapLog, TokenMeta
from botctl.ports.runtime import Runtime
from botctl.ports.store import Cursor, Swap


@dataclass(frozen=True, slots=True)
class Found:
    """`ignored`: pairs without a configured quote token; `rolled_back_to`: after a reorg."""

    new_markets: int
    ignored: int
    swaps: int
    rolled_back_to: int | None


def discover(rt: Runtime, head: Head) -> Found:
    """Read all logs since the cursor, step by step; each step is stored before the next."""
    rolled_back_to = _undo_reorg(rt)
    known = {market.pair: market for market in rt.store.markets()}
    new = ignored = swaps = 0
    for first, last in _steps(rt, head):
        created = rt.markets.pairs_created(rt.policy.venue.factory, first, last)
        fresh = [pair for pair in created if pair.pair not in known]
        markets = _described(rt, fresh, head.block)
        known.update({market.pair: market for market in markets})
        seen = _swaps(rt, known, max(first, _window_start(rt, head)), last)
        rt.store.advance(_cursor(rt, head, last), markets, seen)
        rt.log.info("logs read", first=first, last=last, head=head.block.number)
        new, swaps = new + len(markets), swaps + len(seen)
        ignored += len(fresh) - len(markets)
    return Found(new + _add_watched(rt, known, head), ignored, swaps, rolled_back_to)


def _undo_reorg(rt: Runtime) -> int | None:
    """Forget what a vanished branch told: back to the newest cursor that is still on the chain."""
    trail = rt.store.trail(rt.scan_plan.reorg_blocks_max)
    if not trail:
        return None
    blocks = rt.markets.blocks([c.block_number for c in trail])
    alive = [
        c for c, b in zip(trail, blocks, strict=True) if b is not None and b.hash == c.block_hash
    ]
    if alive and alive[0] == trail[0]:
        return None
    to = alive[0] if alive else None
    rt.store.roll_back(to)
    rt.log.warning("reorg rolled back", to=to.block_number if to else None, cursors=len(trail))
    return to.block_number if to else 0


def _steps(rt: Runtime, head: Head) -> Iterator[tuple[int, int]]:
    cursor, top = rt.store.cursor(), head.block.number
    start = rt.scan_plan.start_block
    first = (
        cursor.block_number + 1
        if cursor
        else start
        if start is not None
        else _window_start(rt, head)
    )
    step = rt.scan_plan.backfill_blocks_max
    return ((low, min(low + step - 1, top)) for low in range(first, top + 1, step))


def _window_start(rt: Runtime, head: Head) -> int:
    return max(0, head.block.number - rt.scan_plan.window_long_blocks + 1)


def _cursor(rt: Runtime, head: Head, last: int) -> Cursor:
    if last == head.block.number:
        return Cursor(last, head.block.hash)
    block = rt.markets.blocks([last])[0]
    assert block is not None, "a block below the head exists"
    return Cursor(last, block.hash)


def _described(rt: Runtime, created: Sequence[PairCreated], at: BlockRef) -> tuple[Market, ...]:
    """Metadata and creation time of new pairs, read once; pairs without a quote are left out."""
    sided = [(pair, sides) for pair in created if (sides := _sides(rt, pair.token0, pair.token1))]
    if not sided:
        return ()
    meta = _metadata(rt, [token for _, sides in sided for token in sides], at)
    numbers = sorted({pair.block_number for pair, _ in sided})
    times = dict(zip(numbers, rt.markets.blocks(numbers), strict=True))
    return tuple(
        replace(
            _market(pair.pair, meta[token], meta[quote], Source.FACTORY, times[pair.block_number]),
            launcher=pair.launcher,
        )
        for pair, (token, quote) in sided
    )


def _add_watched(rt: Runtime, known: dict[Address, Market], head: Head) -> int:
    """Watched pairs and price references that no log told us about."""
    wanted = {*rt.scan_plan.watchlist, *(pair for pair, _ in rt.scan_plan.references.values())}
    missing = sorted(wanted - known.keys())
    if not missing:
        return 0
    sided = []
    for one in rt.markets.identities(missing, head.block):
        sides = _sides(rt, one.token0, one.token1) if one.token0 and one.token1 else None
        if sides is None:
            rt.log.warning("watched pair is not usable", pair_id=one.pair)
            continue
        sided.append((one.pair, sides))
    meta = _metadata(rt, [token for _, sides in sided for token in sides], head.block)
    markets = [_market(pair, meta[t], meta[q], Source.WATCHLIST, None) for pair, (t, q) in sided]
    if markets:
        rt.store.advance(Cursor(head.block.number, head.block.hash), markets, ())
    return len(markets)


def _sides(rt: Runtime, token0: Address, token1: Address) -> tuple[Address, Address] | None:
    """(base, quote): the quote is the one named first in the settings; None when neither is."""
    quote = next((q for q in rt.scan_plan.quotes if q in {token0, token1}), None)
    if quote is None:
        return None
    return (token1 if quote == token0 else token0), quote


def _metadata(rt: Runtime, tokens: Sequence[Address], at: BlockRef) -> dict[Address, TokenMeta]:
    unique = sorted(set(tokens))
    return {meta.token: meta for meta in rt.markets.tokens(unique, at)} if unique else {}


def _market(
    pair: Address, token: TokenMeta, quote: TokenMeta, source: Source, created: BlockRef | None
) -> Market:
    return Market(
        pair=pair,
        token=token.token,
        quote=quote.token,
        source=source,
        symbol=token.symbol,
        name=token.name,
        decimals=token.decimals,
        quote_symbol=quote.symbol or quote.token,
        quote_decimals=quote.decimals or 0,
        created_block=created.number if created else None,
        created_s=created.timestamp_s if created else None,
    )


def _swaps(rt: Runtime, known: dict[Address, Market], first: int, last: int) -> tuple[Swap, ...]:
    if first > last or not known:
        return ()
    return tuple(
        _swap(log, known[log.pair]) for log in rt.markets.swaps(sorted(known), first, last)
    )


def _swap(log: SwapLog, market: Market) -> Swap:
    """Seen from the base token: a buy takes it out of the pair. V2 sorts token0 below token1."""
    base_is_0 = market.token < market.quote
    base_in, base_out = (log.in0, log.out0) if base_is_0 else (log.in1, log.out1)
    quote_in, quote_out = (log.in1, log.out1) if base_is_0 else (log.in0, log.out0)
    is_buy = base_out > base_in
    quote = quote_in if is_buy else quote_out
    return Swap(
        pair=log.pair,
        block_number=log.block_number,
        log_index=log.log_index,
        is_buy=is_buy,
        quote_nano=quote * NANO // 10**market.quote_decimals,
        trader=log.trader,
        tx_hash=log.tx_hash,
    )
