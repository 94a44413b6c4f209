"""What botctl costs, beside what it could cost: each figure with its limit, interleaved in one run."""
