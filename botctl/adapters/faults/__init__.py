"""Faults on purpose: toggles that may change while running, at one seam; and a real TCP proxy."""
