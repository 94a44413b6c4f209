"""Settings: pydantic-settings groups, where they come from, and the plain values they become."""
