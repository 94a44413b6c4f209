"""Numbers and times as every face shows them."""

from botctl.faces.show import ETHER, MICRO_ETHER, MS, age, at, ether, gwei, short

__all__ = ["ETHER", "MICRO_ETHER", "MS", "age", "at", "ether", "gwei", "short"]
