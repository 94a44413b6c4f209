"""Several bots of one wallet are one against the chain; another wallet's bots have no part in it."""

from dataclasses import replace

from botctl.adapters.store import SqlStore
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Order
from botctl.core.units import Address
from botctl.ports.store import Baseline, Moment, Moved
from botctl.ports.wallet_books import WalletBooks
from tests.store.making import (
    BOT,
    TTL_MS,
    WALLET,
    address,
    block_hash,
    cycle,
    decided,
    fill,
    mined,
    opened,
    order,
    signed,
    signing,
)

E = OrderEvent
TOKEN = address(1_005)


def of(bot: str, number: int) -> Order:
    one = order(number, pair=5)
    named = replace(one.intent, bot=bot)
    return replace(one, intent=named, cycle_id=cycle(number).cycle_id)


def bought(store: SqlStore, bot: str, number: int, *, tokens: int, wei: int) -> None:
    one = of(bot, number)
    decided(store, number, one)
    seen = mined(store, one)
    store.settle(seen, Moved(E.BURY_OK), fill(seen, tokens=tokens, native_wei=-wei), 3_000)


def books(store: SqlStore, bot: str, *also: Address) -> WalletBooks:
    found = store.wallet_books(bot, WALLET, also)
    assert found is not None
    return found


def test_what_every_bot_of_the_wallet_did_is_added_up_from_the_earliest_baseline(
    database_url: str,
) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        assert ours.wallet_books(BOT, WALLET) is None
        ours.set_baseline(BOT, Baseline(1_000, 10), 1, "first")
        bought(ours, BOT, 1, tokens=10, wei=100)
        theirs.set_baseline("other", Baseline(893, 20), 2, "second")
        bought(theirs, "other", 2, tokens=5, wei=50)
        for store, bot in ((ours, BOT), (theirs, "other")):
            found = books(store, bot)
            assert found.bots == (BOT, "other")
            assert (found.baseline_wei, found.baseline_block) == (1_000, 10)
            assert found.moved_wei == -107 - 57
            assert found.tokens == {TOKEN: 15}
            assert (found.newest_fill, found.oldest_mined) == (50, None)


def test_a_bot_that_signs_with_another_key_has_no_part(database_url: str) -> None:
    elsewhere = Address("0x" + "b" * 40)
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        ours.set_baseline(BOT, Baseline(1_000, 10), 1, "first")
        bought(ours, BOT, 1, tokens=10, wei=100)
        theirs.set_baseline("other", Baseline(5, 2), 2, "second")
        theirs_order = of("other", 2)
        decided(theirs, 2, theirs_order)
        lease = theirs.lease(elsewhere, holder="h", chain_nonce=0, now_ms=2_000, ttl_ms=TTL_MS)
        assert lease is not None
        theirs.sign(theirs_order, lease, Moment(0, 40, 2_000), signing(theirs_order.id))
        found = books(ours, BOT)
        assert (found.bots, found.baseline_wei, found.moved_wei) == ((BOT,), 1_000, -107)
        assert found.tokens == {TOKEN: 10}


def test_a_token_that_only_another_bot_holds_is_that_bots_to_watch(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        ours.set_baseline(BOT, Baseline(1_000, 10), 1, "first")
        theirs.set_baseline("other", Baseline(1_000, 10), 1, "first")
        bought(theirs, "other", 1, tokens=7, wei=70)
        assert books(ours, BOT).tokens == {}
        assert books(ours, BOT, TOKEN).tokens == {TOKEN: 7}, "asked for, it is counted whole"


def test_another_bots_mined_order_keeps_the_wallet_from_being_compared(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        ours.set_baseline(BOT, Baseline(1_000, 10), 1, "first")
        theirs.set_baseline("other", Baseline(1_000, 10), 1, "first")
        decided(theirs, 1, of("other", 1))
        out, _ = signed(theirs, of("other", 1))
        out = theirs.move(out, Moved(E.SUBMIT), 2_001)
        theirs.move(out, Moved(E.SEE_MINED, block_number=44, block_hash=block_hash(44)), 2_002)
        assert books(ours, BOT).oldest_mined == 44
