"""The invariants of DESIGN §7: one list, one code each, evaluated in this strict order."""

from botctl.core.invariants.book_rules import OF_BOOKS, OF_FILTERS
from botctl.core.invariants.cycle_rules import OF_CYCLE
from botctl.core.invariants.market_rules import OF_MARKET
from botctl.core.invariants.send_rules import OF_ORDERS, OF_SENDING

INVARIANTS = OF_CYCLE + OF_MARKET + OF_BOOKS + OF_ORDERS + OF_SENDING
OF_US = frozenset(rule.code for rule in INVARIANTS if rule not in OF_MARKET)  # not its own fault
OF_EXIT = OF_CYCLE + OF_MARKET + OF_FILTERS + OF_ORDERS  # no limit meant for entries
BLOCKS_EXIT = frozenset(rule.code for rule in INVARIANTS if rule.blocks_exit)

__all__ = [
    "BLOCKS_EXIT",
    "INVARIANTS",
    "OF_BOOKS",
    "OF_CYCLE",
    "OF_EXIT",
    "OF_MARKET",
    "OF_ORDERS",
    "OF_SENDING",
    "OF_US",
]
