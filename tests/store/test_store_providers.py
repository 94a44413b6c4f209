"""Provider states: kept from one command to the next, a chain each, whatever a provider claims."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botctl.adapters.store import SqlStore, open_store
from botctl.adapters.store.columns import BIGINT_MAX
from botctl.core.codes import Code
from botctl.core.providers import WINDOW, ProviderState
from tests.store.making import CHAIN, FACTORY, IDS, opened

NOW_MS = 1_800_000_000_000
COUNTS = st.integers(0, BIGINT_MAX)
STATES = st.builds(
    ProviderState,
    name=st.sampled_from(["node.example", "127.0.0.1:8545", "a#2"]),
    requests=COUNTS,
    calls=COUNTS,
    errors=st.dictionaries(st.sampled_from([str(code) for code in Code]), COUNTS).map(
        lambda found: tuple(sorted(found.items()))
    ),
    recent=st.lists(st.integers(-1, 60_000), max_size=WINDOW).map(tuple),
    head_number=st.none() | COUNTS,
    head_hash=st.just("") | st.just("0x" + "ab" * 32),
    head_seen_ms=COUNTS,
    limited_until_ms=COUNTS,
    cooldown_until_ms=COUNTS,
    failures_in_a_row=COUNTS,
    last_code=st.sampled_from(["", *(str(code) for code in Code)]),
    spent_in_s=COUNTS,
    spent=COUNTS,
)


@given(state=STATES)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_state_comes_back_as_it_was(scratch: SqlStore, state: ProviderState) -> None:
    scratch.keep_providers([state], NOW_MS)
    assert scratch.providers()[state.name] == state


def test_the_newest_word_stays_and_others_are_left_alone(database_url: str) -> None:
    with opened(database_url) as store:
        assert store.providers() == {}
        store.keep_providers([ProviderState("a", calls=1), ProviderState("b", calls=2)], NOW_MS)
        store.keep_providers([ProviderState("a", calls=3)], NOW_MS)
        found = store.providers()
    assert {name: state.calls for name, state in found.items()} == {"a": 3, "b": 2}


def test_every_bot_of_a_chain_knows_it_and_no_other_chain_does(database_url: str) -> None:
    with opened(database_url) as store:
        store.keep_providers([ProviderState("a", calls=1)], NOW_MS)
    with opened(database_url, bot="another") as other:
        assert "a" in other.providers()
    elsewhere = open_store(database_url, chain_id=CHAIN + 1, factory=FACTORY, bot="main", ids=IDS)
    assert elsewhere.providers() == {}
    elsewhere.close()


def test_a_height_beyond_any_chain_is_kept_as_the_largest_there_is(database_url: str) -> None:
    boast = replace(ProviderState("a"), head_number=2**256)
    with opened(database_url) as store:
        store.keep_providers([boast], NOW_MS)
        assert store.providers()["a"].head_number == BIGINT_MAX
