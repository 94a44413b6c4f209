"""A real node with real Uniswap and the demo's markets for this folder."""

from tests.support.chain import chain, demo_chain

__all__ = ["chain", "demo_chain"]
