"""The invariants of DESIGN §7: one list, one code each, evaluated in this strict order."""

from botctl.core.invariants.book_rules import OF_BOOKS
from botctl.core.invariants.cycle_rules import OF_CYCLE
from botctl.core.invariants.market_rules import OF_MARKET
from botctl.core.invariants.send_rules import OF_SENDING

INVARIANTS = OF_CYCLE + OF_MARKET + OF_BOOKS + OF_SENDING
OF_US = frozenset(rule.code for rule in OF_CYCLE + OF_BOOKS + OF_SENDING)  # not the market's fault
BLOCKS_EXIT = frozenset(rule.code for rule in INVARIANTS if rule.blocks_exit)

__all__ = ["BLOCKS_EXIT", "INVARIANTS", "OF_BOOKS", "OF_CYCLE", "OF_MARKET", "OF_SENDING", "OF_US"]
