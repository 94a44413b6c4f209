"""chaos: the real flows on a stage that breaks, and a verdict on what was seen."""
