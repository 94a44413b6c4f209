"""Why a market was or was not traded; each code has a heading in `runbooks/`."""

from enum import StrEnum


class Kind(StrEnum):
    """What was decided about one market in one cycle."""

    PASS = "PASS"  # noqa: S105  good enough, but others were better
    FAIL = "FAIL"  # the market itself is not good or not safe enough
    BUY = "BUY"
    SELL = "SELL"
    SKIP = "SKIP"  # good enough; our own limits, permission or state say no
    HOLD = "HOLD"  # held, and nothing asks for an exit, or the exit cannot be made


class Reason(StrEnum):
    """The invariants come first, in the strict order of DESIGN §7; the first to fail is the reason."""

    INV_KILL_OK = "INV_KILL_OK"
    INV_CIRCUIT_OK = "INV_CIRCUIT_OK"
    INV_HEALTH_OK = "INV_HEALTH_OK"
    INV_PERMISSION_OK = "INV_PERMISSION_OK"
    INV_BLOCK_FRESH = "INV_BLOCK_FRESH"
    INV_QUOTE_FRESH = "INV_QUOTE_FRESH"
    INV_SOURCES_AGREE = "INV_SOURCES_AGREE"
    INV_SIGNER_OK = "INV_SIGNER_OK"
    INV_CHAIN_ID_MATCH = "INV_CHAIN_ID_MATCH"
    INV_ROUTE_OK = "INV_ROUTE_OK"
    INV_SELLABLE = "INV_SELLABLE"
    INV_SLIPPAGE_CAP_OK = "INV_SLIPPAGE_CAP_OK"
    INV_IMPACT_CAP_OK = "INV_IMPACT_CAP_OK"
    INV_MARKET_CALM = "INV_MARKET_CALM"
    INV_EXPOSURE_OK = "INV_EXPOSURE_OK"
    INV_BALANCE_BUFFER_OK = "INV_BALANCE_BUFFER_OK"
    INV_GAS_BOUNDS_OK = "INV_GAS_BOUNDS_OK"
    INV_FILTERS_OK = "INV_FILTERS_OK"
    INV_TX_IDEMPOTENT = "INV_TX_IDEMPOTENT"
    INV_NONCE_SYNCED = "INV_NONCE_SYNCED"
    INV_LEDGER_MATCHES = "INV_LEDGER_MATCHES"

    SIG_LIQUIDITY = "SIG_LIQUIDITY"
    SIG_AGE = "SIG_AGE"
    SIG_SWAPS = "SIG_SWAPS"
    SIG_TRADERS = "SIG_TRADERS"
    SIG_SELLERS = "SIG_SELLERS"
    SIG_BUY_SHARE = "SIG_BUY_SHARE"
    SIG_LP_LOCKED = "SIG_LP_LOCKED"
    SIG_OWNER = "SIG_OWNER"
    SIG_TAX = "SIG_TAX"
    SIG_FDV = "SIG_FDV"
    SIG_FDV_LIQUIDITY = "SIG_FDV_LIQUIDITY"
    SIG_METADATA = "SIG_METADATA"
    SIG_SKEW = "SIG_SKEW"

    SCORE_LOW = "SCORE_LOW"  # too few signals passed
    RANKED_OUT = "RANKED_OUT"  # others scored better
    ENTRY_SELECTED = "ENTRY_SELECTED"
    ENTRY_LIVE_PROBE = "ENTRY_LIVE_PROBE"  # tiny, to see whether it can be sold
    NO_EXIT = "NO_EXIT"  # held, no exit rule fired
    EXIT_EMERGENCY = "EXIT_EMERGENCY"
    EXIT_LIVE_PROBE = "EXIT_LIVE_PROBE"  # the other half of it
    EXIT_STOP_LOSS = "EXIT_STOP_LOSS"
    EXIT_TAKE_PROFIT = "EXIT_TAKE_PROFIT"
    EXIT_TRAILING = "EXIT_TRAILING"
    EXIT_TIME = "EXIT_TIME"
    EXIT_FLATTEN = "EXIT_FLATTEN"  # a person ordered it, with the hard halt
