"""A real chain behind the faults."""

from tests.support.chain import chain, demo_chain

__all__ = ["chain", "demo_chain"]
