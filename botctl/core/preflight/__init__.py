"""Preflight: what must be right before a start, judged from one extracted value."""
