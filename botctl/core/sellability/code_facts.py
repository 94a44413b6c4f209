"""What all codes that a call of a token can reach have in common: equal codes, equal facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from botctl.core.sellability.bytecode import is_code
from botctl.core.sellability.entry import Entry, entry
from botctl.core.sellability.powers import Power
from botctl.core.sellability.proxies import Proxy, ProxyKind, proxy_of
from botctl.core.sellability.selectors import Selector, powers_of, selector_of
from botctl.core.sellability.traits import Trait, traits
from botctl.core.units import Hash32

CODES_KEPT: Final = 1_024  # at most 24 kB each
CHAIN_MAX: Final = 4  # codes one behind the other; honest tokens have at most three


@dataclass(frozen=True, slots=True)
class CodeFacts:
    is_code: bool
    is_dispatcher_known: bool  # False: it may have functions that `selectors` does not name
    is_replaceable: bool  # some proxy of the chain may have another code behind it tomorrow
    proxy: Proxy  # of the token itself
    unread: Proxy  # what must be read next to know all; kind NONE: nothing
    selectors: tuple[Selector, ...]
    powers: tuple[Power, ...]
    traits: tuple[Trait, ...]
    hashes: tuple[Hash32, ...] = ()  # keccak of each code of the chain, by whoever read them


@dataclass(frozen=True, slots=True)
class _Link:
    """One code of the chain."""

    met: Entry
    proxy: Proxy
    traits: frozenset[Trait]
    is_code: bool


def code_facts(chain: Sequence[bytes]) -> CodeFacts:
    """`chain` is the token's runtime code, then the code behind it, and so on while `unread` asks.

    At most CHAIN_MAX codes. Milliseconds per 10 kB, but for codes that were looked at before.
    """
    assert 0 < len(chain) <= CHAIN_MAX, "a token has a code, if an empty one"
    links = tuple(_link(code) for code in chain)
    assert all(link.proxy.kind is not ProxyKind.NONE for link in links[:-1]), "nothing is behind it"
    numbers = sorted(frozenset[int]().union(*(link.met.selectors for link in links)))
    selectors = tuple(selector_of(number) for number in numbers)
    return CodeFacts(
        is_code=all(link.is_code for link in links),
        is_dispatcher_known=all(link.met.is_clear for link in links),
        is_replaceable=any(link.proxy.is_replaceable for link in links),
        proxy=links[0].proxy,
        unread=links[-1].proxy,
        selectors=selectors,
        powers=powers_of(selectors),
        traits=tuple(sorted(frozenset[Trait]().union(*(link.traits for link in links)))),
    )


@lru_cache(CODES_KEPT)
def _link(code: bytes) -> _Link:
    met = entry(code)
    proxy = proxy_of(code, met)
    found = traits(code) - _own_traits(proxy)
    if met.writes:
        found |= {Trait.UNNAMED_WRITE}
    return _Link(met, proxy, found, is_code(code))


def _own_traits(proxy: Proxy) -> frozenset[Trait]:
    """What a proxy of this kind needs for being one."""
    match proxy.kind:
        case ProxyKind.NONE | ProxyKind.UNKNOWN:
            return frozenset()
        case ProxyKind.MINIMAL:
            return frozenset((Trait.DELEGATECALL_FIXED,))
        case _:
            return frozenset((Trait.DELEGATECALL,))
