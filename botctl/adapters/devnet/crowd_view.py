"""What the crowd must know of the chain before it plans, in one batch of reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.adapters.devnet import control
from botctl.adapters.devnet.deploy import DemoMarket, Deployment
from botctl.adapters.devnet.desk import Desk
from botctl.adapters.evm.lens import Lens
from botctl.adapters.evm.paging import Pages, Plain, ask_all
from botctl.adapters.evm.rpc import Rpc
from botctl.core.facts import BlockRef, Facts
from botctl.core.units import ZERO_ADDRESS, Address
from botctl.ports.chain import Holding, MarketQuery


@dataclass(frozen=True, slots=True)
class CrowdView:
    at: BlockRef
    desks: tuple[Desk, ...]  # in the order of the deployment's markets
    nonces: dict[Address, int]
    approved: frozenset[tuple[Address, Address]]  # (trader, token) the router may spend


@dataclass(frozen=True, slots=True)
class _Trader:
    """Two questions about one trader, asked with everybody else's."""

    holdings: Pages[Address, Holding]
    allowances: Pages[Address, int | None]


def crowd_view(
    rpc: Rpc, deployment: Deployment, creator: Address, traders: Sequence[Address]
) -> CrowdView:
    """None of them has anything in the pool, so their mined nonces are their next ones."""
    at = control.head(rpc)
    lens, tokens = Lens(at), [market.token for market in deployment.markets]
    markets = Pages(lens.markets((), ZERO_ADDRESS), _queries(deployment))
    each = [
        _Trader(
            Pages(lens.holdings(who), tokens),
            Pages(lens.allowances(who, deployment.router), tokens),
        )
        for who in traders
    ]
    senders = (creator, *traders)
    nonces = Plain(*(("eth_getTransactionCount", (who, "latest")) for who in senders))
    ask_all(rpc, markets, nonces, *(t.holdings for t in each), *(t.allowances for t in each))
    return CrowdView(
        at,
        tuple(_desks(deployment, markets.rows(), [t.holdings.rows() for t in each])),
        dict(zip(senders, map(control.number, nonces.answers), strict=True)),
        _approved(traders, tokens, [t.allowances.rows() for t in each]),
    )


def _queries(deployment: Deployment) -> list[MarketQuery]:
    return [MarketQuery(m.pair, m.token, deployment.weth, None) for m in deployment.markets]


def _desks(
    deployment: Deployment, facts: Sequence[Facts], holdings: Sequence[Sequence[Holding]]
) -> list[Desk]:
    return [
        _desk(index, market, facts[index], [row[index].balance or 0 for row in holdings])
        for index, market in enumerate(deployment.markets)
    ]


def _desk(index: int, market: DemoMarket, facts: Facts, held: list[int]) -> Desk:
    return Desk(
        market=index,
        behaviour=market.plan.behaviour,
        launch_token=market.plan.token_liquidity,
        launch_quote=market.plan.quote_liquidity_wei,
        token=facts.reserve_token or 0,
        quote=facts.reserve_quote or 0,
        held=held,
    )


def _approved(
    traders: Sequence[Address],
    tokens: Sequence[Address],
    allowances: Sequence[Sequence[int | None]],
) -> frozenset[tuple[Address, Address]]:
    return frozenset(
        (who, token)
        for who, row in zip(traders, allowances, strict=True)
        for token, allowed in zip(tokens, row, strict=True)
        if allowed
    )
