"""Scenarios of failure as values, what is seen while one plays, and the verdict on it."""
