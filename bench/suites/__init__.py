"""One file a subject; each yields figures."""
