"""The least that the same work can cost here, written for speed alone: the yardsticks."""
