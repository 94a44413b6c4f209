"""From what was seen to what is done: judge one market, rank all, finish each (pure)."""

from botctl.core.deciding.cycle import decide_cycle
from botctl.core.deciding.decision import Decision
from botctl.core.deciding.market import decide

__all__ = ["Decision", "decide", "decide_cycle"]
