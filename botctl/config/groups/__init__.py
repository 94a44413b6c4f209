"""One file a subject: fields with default, limit and description; each becomes plain values."""
