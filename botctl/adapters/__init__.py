"""The outside world: nodes, databases, files, logs; each behind a port."""
