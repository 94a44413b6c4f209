"""The pure heart: what may happen, why, and in which order. No clock, network, database or log."""
