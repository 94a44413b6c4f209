"""What limits an entry besides the market itself: our record, the times, the pool's nerves."""
