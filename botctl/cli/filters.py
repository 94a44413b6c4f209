"""Filters as every face reads them."""

from botctl.faces.filters import UNIT_MS, duration_ms, time_ms, wanted

__all__ = ["UNIT_MS", "duration_ms", "time_ms", "wanted"]
