"""Facts and probes of the simulated markets: all good ones, at the reserves of the asked block."""

from botctl.core.amm import amount_out
from botctl.core.facts import Facts, Probe, ProbeStatus
from botctl.core.units import ZERO_ADDRESS
from botctl.ports.chain import MarketQuery, Survey, Surveyed, SurveyRequest
from botctl.sim.ledger import BUY_GAS, SELL_GAS, Reserves, State
from botctl.sim.rules import CODE, ETHER, FACTORY, RESERVE_TOKEN


def survey(request: SurveyRequest, state: State) -> Survey:
    return Survey(
        markets=tuple(_surveyed(query, state) for query in request.markets),
        balance_wei=state.balance_wei,
        factory_code_hash=CODE,
        router_code_hash=CODE,
    )


def _surveyed(query: MarketQuery, state: State) -> Surveyed:
    pool = state.pools[query.token]
    facts = Facts(
        pair_code_hash=CODE,
        token_code_hash=CODE,
        factory=FACTORY,
        reserve_token=pool.token,
        reserve_quote=pool.native,
        pair_token_balance=pool.token,
        pair_quote_balance=pool.native,
        lp_supply=ETHER,
        lp_locked=ETHER,
        token_supply=RESERVE_TOKEN,
        owner=ZERO_ADDRESS,
        wallet_token=state.tokens[query.token],
    )
    return Surveyed(facts, None if query.probe_wei is None else _probe(pool, query.probe_wei))


def _probe(pool: Reserves, amount_wei: int) -> Probe:
    """A round trip without tax."""
    bought = amount_out(amount_wei, pool.native, pool.token)
    back = amount_out(bought, pool.token - bought, pool.native + amount_wei)
    return Probe(
        status=ProbeStatus.OK,
        amount_in=amount_wei,
        expected_out=bought,
        received=bought,
        sent_to_pair=bought,
        arrived=bought,
        expected_back=back,
        back=back,
        buy_gas=BUY_GAS,
        sell_gas=SELL_GAS,
        reason="",
    )
