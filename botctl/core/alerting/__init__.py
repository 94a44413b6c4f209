"""What is worth waking somebody for: findings become alerts, and alerts few messages."""
