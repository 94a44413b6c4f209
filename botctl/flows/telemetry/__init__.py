"""What flows tell of themselves, and how that is shown."""
