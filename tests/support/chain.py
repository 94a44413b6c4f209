"""A real chain for tests: started once a session and worker, and put back after each test.

A room that wants it has a conftest.py with `from tests.support.chain import chain, demo_chain`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple, TypeVar

import pytest

from botctl.adapters.devnet import control
from botctl.adapters.devnet.anvil import Anvil, AnvilOptions
from botctl.adapters.devnet.deploy import Deployment, deploy, genesis_s
from botctl.adapters.devnet.plan import DEMO_PLAN, MarketPlan
from botctl.adapters.evm.paging import Pages, Question, ask_all
from botctl.adapters.evm.rpc import JsonRpc, Rpc

END_S: Final = 1_750_000_000  # chain time when the deployment is done

Item = TypeVar("Item")
Row = TypeVar("Row")


class Chain(NamedTuple):
    anvil: Anvil
    deployment: Deployment
    rpc: JsonRpc


@contextmanager
def started(
    plan: tuple[MarketPlan, ...] = DEMO_PLAN, *, end_s: int = END_S, hardfork: str | None = None
) -> Iterator[Chain]:
    """A fresh chain with the plan's markets."""
    options = AnvilOptions(genesis_s=genesis_s(plan, end_s), hardfork=hardfork)
    with Anvil(options) as anvil:
        rpc = anvil.rpc()
        try:
            yield Chain(anvil, deploy(rpc, plan, end_s=end_s), rpc)
        finally:
            rpc.close()


@contextmanager
def put_back(chain: Chain) -> Iterator[Chain]:
    """What happens inside is undone: blocks, state and what waits in the pool."""
    before = control.snapshot(chain.rpc)
    try:
        yield chain
    finally:
        control.revert(chain.rpc, before)
        chain.rpc.call("anvil_dropAllTransactions")


@pytest.fixture(scope="session")
def demo_chain() -> Iterator[Chain]:
    with started() as chain:
        yield chain


@pytest.fixture
def chain(demo_chain: Chain) -> Iterator[Chain]:
    with put_back(demo_chain) as chain:
        yield chain


def asked(rpc: Rpc, question: Question[Item, Row], items: Sequence[Item]) -> list[Row]:
    pages = Pages(question, items)
    ask_all(rpc, pages)
    return pages.rows()
