"""Tier 1: what of a token's code forbids an entry before anything is simulated, and what to tell."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from botctl.core.sellability.code_facts import CodeFacts
from botctl.core.sellability.codes import Finding, SellCode, Severity
from botctl.core.sellability.powers import OUTLASTING, TRAPPING, Power
from botctl.core.sellability.proxies import Proxy, ProxyKind
from botctl.core.sellability.selectors import NEEDED, names_of
from botctl.core.sellability.traits import SEES_SIMULATION, Trait
from botctl.core.units import DEAD_ADDRESS, ZERO_ADDRESS, Address, Hash32

NAMES_MAX: Final = 4  # in the words of one finding
# Nobody holds a key of these; the last is a precompile that some renounce to.
NOBODY: Final = frozenset((ZERO_ADDRESS, DEAD_ADDRESS, Address("0x" + "0" * 39 + "1")))
KnownTraps = Mapping[Hash32, str]  # by code hash: what is known of it, in our own words
_POWERS: Final[Mapping[Power, tuple[SellCode, str]]] = {
    Power.OWNER_RETURNS: (SellCode.STATIC_OWNER_RETURNS, "give up the ownership and come back"),
    Power.ROLES: (SellCode.STATIC_POWER_ROLES, "give powers to others"),
    Power.MINT: (SellCode.STATIC_POWER_MINT, "mint"),
    Power.PAUSE: (SellCode.STATIC_POWER_PAUSE, "pause transfers"),
    Power.BLACKLIST: (SellCode.STATIC_POWER_BLACKLIST, "forbid addresses to sell"),
    Power.WHITELIST: (SellCode.STATIC_POWER_WHITELIST, "let only chosen addresses trade"),
    Power.FEE: (SellCode.STATIC_POWER_FEE, "change the fees"),
    Power.LIMIT: (SellCode.STATIC_POWER_LIMIT, "limit a trade or a wallet"),
    Power.COOLDOWN: (SellCode.STATIC_POWER_COOLDOWN, "make a holder wait"),
    Power.TRADING: (SellCode.STATIC_POWER_TRADING, "close trading"),
    Power.SEIZE: (SellCode.STATIC_POWER_SEIZE, "change what others hold"),
    Power.REBASE: (SellCode.STATIC_POWER_REBASE, "rescale balances"),
    Power.CALL: (SellCode.STATIC_POWER_CALL, "call anything in the token's name"),
    Power.DESTROY: (SellCode.STATIC_POWER_DESTROY, "destroy the token"),
    Power.ROUTE: (SellCode.STATIC_POWER_ROUTE, "change the router or the pairs"),
    Power.EXEMPT: (SellCode.STATIC_POWER_EXEMPT, "exempt addresses from the rules"),
    Power.SWAP_BACK: (
        SellCode.STATIC_POWER_SWAP_BACK,
        "change how fees are sold and who gets them",
    ),
    Power.WITHDRAW: (SellCode.STATIC_POWER_WITHDRAW, "withdraw what the token holds"),
}
# OWNERSHIP and OPEN harm nobody; UPGRADE is told together with the proxies.
_UNTOLD: Final = frozenset((Power.OWNERSHIP, Power.OPEN, Power.UPGRADE))
assert _POWERS.keys() | _UNTOLD == frozenset(Power), "every power is told or left out on purpose"


def has_live_owner(owner: Address | None) -> bool:
    """Whether somebody can use an owner's powers. None (no owner to be read) proves nobody away."""
    return owner not in NOBODY


def static_findings(
    facts: CodeFacts,
    *,
    owner_is_live: bool,
    proven: frozenset[Power] = frozenset(),
    refused: frozenset[Power] = TRAPPING,
) -> tuple[Finding, ...]:
    """What is unknown first, then what the code does, then what its owner could do.

    `refused` are the powers that a live owner may not have, but for those in `proven`: a later tier
    used them between a buy and a sell, and they did no harm. What a renounced owner had is only told.
    """
    if not facts.is_code:
        return (_refuse(SellCode.STATIC_NO_CODE, "there is no code that could run"),)
    live = owner_is_live or bool(OUTLASTING.intersection(facts.powers))
    feared = refused - proven
    return (
        *_unknowns(facts),
        *_of_code(facts),
        *_upgrades(facts, feared, live=live),
        *_of_powers(facts, feared if live else frozenset(), proven),
    )


def known_traps(hashes: Sequence[Hash32], known: KnownTraps) -> tuple[Finding, ...]:
    """One refusal for each of `hashes` that is listed.

    Whether these are of whole codes or of their skeletons is for whoever fills `known` to say.
    """
    return tuple(
        _refuse(SellCode.STATIC_KNOWN_TRAP, f"this code is a known trap: {known[each]}")
        for each in hashes
        if each in known
    )


def _unknowns(facts: CodeFacts) -> Iterator[Finding]:
    if facts.unread.kind in (ProxyKind.UNKNOWN, ProxyKind.ACCOUNT):
        yield _refuse(
            SellCode.STATIC_PROXY_UNKNOWN, "it runs code from elsewhere, and from where is not told"
        )
    elif facts.unread.kind is not ProxyKind.NONE:
        yield _refuse(
            SellCode.STATIC_PROXY_UNREAD,
            f"the code behind it was not read ({_where(facts.unread)})",
        )
    elif not facts.is_dispatcher_known or not facts.selectors:
        yield _refuse(SellCode.STATIC_DISPATCHER_UNKNOWN, "its functions cannot be listed")
    elif missing := NEEDED.difference(facts.selectors):
        yield _refuse(
            SellCode.STATIC_NOT_A_TOKEN,
            f"it lacks {len(missing)} of the functions that a swap calls",
        )


def _where(proxy: Proxy) -> str:
    place = proxy.address if proxy.slot is None else f"slot {proxy.slot:#x}"
    return f"{proxy.kind}, {place}"


def _of_code(facts: CodeFacts) -> Iterator[Finding]:
    found = frozenset(facts.traits)
    if Trait.SELFDESTRUCT in found:
        yield _refuse(SellCode.STATIC_SELFDESTRUCT, "it can destroy itself")
    if Trait.CALLCODE in found:
        yield _refuse(SellCode.STATIC_CALLCODE, "it runs code from elsewhere with CALLCODE")
    yield from _delegations(facts, found)
    if sees := sorted(SEES_SIMULATION & found):
        yield _warn(
            SellCode.STATIC_SEES_SIMULATION,
            f"it could tell a simulation from a trade by {', '.join(sees)}",
        )
    if Trait.UNNAMED_WRITE in found:
        yield _warn(
            SellCode.STATIC_UNNAMED_WRITE, "a call that names no function changes its state"
        )


def _delegations(facts: CodeFacts, found: frozenset[Trait]) -> Iterator[Finding]:
    """A code that can be replaced whole is no worse for a part of it that lies elsewhere."""
    code, words = SellCode.STATIC_DELEGATECALL, "one of its functions runs code from elsewhere"
    if Trait.DELEGATECALL in found:
        yield (_warn if facts.is_replaceable else _refuse)(code, words)
    elif Trait.DELEGATECALL_FIXED in found:
        yield _warn(code, "it runs a library whose code was not read")


def _upgrades(facts: CodeFacts, feared: frozenset[Power], *, live: bool) -> Iterator[Finding]:
    """Who may replace a proxy's code need not be the owner, so a renounced one proves nothing there."""
    if not facts.is_replaceable and Power.UPGRADE not in facts.powers:
        return
    is_refused = Power.UPGRADE in feared and (live or facts.is_replaceable)
    say = _refuse if is_refused else _warn
    yield say(SellCode.STATIC_UPGRADEABLE, "its code, or a part of it, can be replaced")


def _of_powers(
    facts: CodeFacts, feared: frozenset[Power], proven: frozenset[Power]
) -> Iterator[Finding]:
    for power, (code, what) in _POWERS.items():
        if power in facts.powers:
            tried = ", which did no harm when tried" if power in proven else ""
            say = _refuse if power in feared else _warn
            yield say(code, f"an owner can {what}{tried}: {_named(facts, power)}")


def _named(facts: CodeFacts, power: Power) -> str:
    names = names_of(power, facts.selectors)
    more = f" and {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
    return " ".join(names[:NAMES_MAX]) + more


def _refuse(code: SellCode, words: str) -> Finding:
    return Finding(code, Severity.REFUSE, words)


def _warn(code: SellCode, words: str) -> Finding:
    return Finding(code, Severity.WARN, words)
