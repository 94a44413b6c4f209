"""What several providers cost: a read through the pool beside a bare connection, an agreed head beside one."""

from collections.abc import Iterator

from bench.figures import Line, Mark, Note, compared
from bench.harness import in_process, interleaved
from bench.options import Options
from botctl.adapters.clock import SystemClock
from botctl.adapters.devnet.anvil import Anvil
from botctl.adapters.evm.agreement import AgreeingReader, Agreement
from botctl.adapters.evm.blocks import head
from botctl.adapters.evm.gather import Gathering
from botctl.adapters.evm.pool import PooledRpc
from botctl.adapters.evm.rpc import JsonRpc
from botctl.core.providers import ProviderLimits
from botctl.core.sources import HeadRules

ROUNDS, REPEAT = 41, 100
PROVIDERS = 3
CALL_MARK = Mark(bound=1.35, stretch=1.15)
BARE, POOL = "one call, bare connection", "one call, pool of three"
ONE, AGREED = "head of one provider", "head that three agree on"
LIMITS = ProviderLimits(
    error_rate_max_bps=2_000,
    usage_max_bps=9_000,
    failures_max=3,
    cooldown_ms=120_000,
    unhealthy_ms=300_000,
    limited_ms=1_000,
    hold_max_ms=300_000,
    budget_per_s=0,
    fast_ms=50,
)


def figures(options: Options) -> Iterator[Line]:
    yield Note("one real node stands for all three providers, each over a connection of its own;")
    yield Note(
        "a head is asked of all at once, by a thread each, a few times a cycle: over loopback"
    )
    yield Note("that is dear, over a network it is the wait for the slowest instead of their sum")
    clock = SystemClock()
    with Anvil() as anvil:
        bare = anvil.rpc()
        rpcs = [JsonRpc(anvil.url, name=f"p{place}") for place in range(PROVIDERS)]
        pool = PooledRpc(rpcs, LIMITS, now_ms=clock.now_ms)
        rules = HeadRules(PROVIDERS, 1, age_max_ms=3_600_000, ahead_max_ms=60_000)
        agreement = Agreement(31337, rules, Gathering(10_000, 5), clock.now_ms)
        reader = AgreeingReader(pool, pool, agreement)
        repeat = 1 if options.quick else REPEAT
        cases = {
            BARE: in_process(lambda: bare.call("eth_chainId"), repeat=repeat),
            POOL: in_process(lambda: pool.call("eth_chainId"), repeat=repeat),
            ONE: in_process(lambda: head(bare), repeat=repeat),
            AGREED: in_process(reader.head, repeat=repeat),
        }
        rounds = interleaved(cases, options.rounds(ROUNDS))
        pool.close()
        bare.close()
    yield compared(rounds, POOL, BARE, unit="us", mark=CALL_MARK)
    yield compared(rounds, AGREED, ONE, unit="us")
