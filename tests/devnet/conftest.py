"""The demo chain, for this room."""

from tests.support.chain import chain, demo_chain

__all__ = ["chain", "demo_chain"]
