"""Other programs of the trade, each in an environment of its own: optional, and never botctl's."""
