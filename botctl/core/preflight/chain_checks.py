"""The checks that ask a node: is it there, is it ours, can it prove, and can we pay."""

from typing import Final

from botctl.core.facts import BlockRef
from botctl.core.preflight.values import Checked, Grade, Limits, PreCode, Seen, Trouble
from botctl.core.sellability.proof import Capability

MS: Final = 1_000
NOT_ASKED: Final = "no node was asked"
NO_HEAD: Final = "the first node gave no head to read at"
ETHER: Final = 10**18


def nodes_answer(seen: Seen, _limits: Limits) -> Checked:
    """The first is the one that is read; without it nothing goes."""
    code = PreCode.PRE_NODES
    if seen.chain is None:
        return Checked(code, Grade.SKIPPED, NOT_ASKED)
    silent = [f"{n.name} {n.trouble.code}" for n in seen.chain.nodes if n.trouble is not None]
    apart = [node.name for node in seen.chain.nodes if node.agrees is False]
    if seen.chain.nodes[0].trouble is not None:
        fix = "start the first node of chain.urls, or put another one first (runbooks/node.md)"
        return Checked(code, Grade.FAIL, "; ".join(silent), fix, later=True)
    if silent or apart:
        told = [*silent, *(f"{name} has another head" for name in apart)]
        fix = "entries need every configured source to agree: mend it, or take it out of chain.urls"
        return Checked(code, Grade.WARN, "; ".join(told), fix)
    if len(seen.chain.nodes) == 1:
        fix = "add a second provider to chain.urls: one alone can be wrong or down"
        return Checked(code, Grade.WARN, f"{seen.chain.nodes[0].name} answers, alone", fix)
    return Checked(code, Grade.OK, f"{len(seen.chain.nodes)} answer, with the same head")


def chain_is_ours(seen: Seen, limits: Limits) -> Checked:
    code = PreCode.PRE_CHAIN
    if seen.chain is None:
        return Checked(code, Grade.SKIPPED, NOT_ASKED)
    told = [node for node in seen.chain.nodes if node.chain_id is not None]
    wrong = [
        f"{node.name} serves {node.chain_id}" for node in told if node.chain_id != limits.chain_id
    ]
    if wrong:
        fix = f"correct chain.urls, or chain.chain_id (now {limits.chain_id})"
        return Checked(code, Grade.FAIL, "; ".join(wrong), fix)
    if not told:
        return Checked(code, Grade.SKIPPED, NO_HEAD)
    return Checked(code, Grade.OK, f"chain {limits.chain_id}")


def clock_agrees(seen: Seen, limits: Limits) -> Checked:
    """Also without a node: the last cycle cannot lie in our future."""
    code, started_ms = PreCode.PRE_CLOCK, seen.cycle_started_ms
    if started_ms is not None and started_ms > seen.now_ms + MS:
        evidence = f"the last cycle is {(started_ms - seen.now_ms) // MS} s ahead of this clock"
        return Checked(code, Grade.FAIL, evidence, "mend the time service of this machine")
    head = _head(seen)
    if isinstance(head, str):
        return Checked(code, Grade.SKIPPED, head)
    age_ms = seen.now_ms - head.timestamp_s * MS
    if -age_ms > limits.ahead_ms_max:
        evidence = f"this clock is {-age_ms // MS} s behind the chain's"
        return Checked(code, Grade.FAIL, evidence, "mend the time service of this machine")
    if age_ms > limits.head_age_ms_max:
        evidence = f"the head is {age_ms // MS} s old, allowed are {limits.head_age_ms_max // MS}"
        fix = "the node lags (use another), or this clock is ahead (mend the time service)"
        return Checked(code, Grade.FAIL, evidence, fix, later=True)
    return Checked(code, Grade.OK, f"the head is {age_ms // MS} s old")


def gate_can_prove(seen: Seen, limits: Limits) -> Checked:
    """Nothing is bought that was not proven: this tells beforehand what will be refused."""
    code = PreCode.PRE_OVERRIDES
    found = NOT_ASKED if seen.chain is None else seen.chain.capabilities
    if isinstance(found, str | Trouble):
        return _unread(code, found)
    missing = [capability for capability in Capability if capability not in found]
    if Capability.STATE_OVERRIDE in missing:
        fix = "put a node first in chain.urls that has state overrides: until then no entry passes"
        return Checked(code, Grade.FAIL, "the node lends no code: no round trip can be proven", fix)
    if missing and limits.gate and not limits.gate_unproven:
        fix = "a node with eth_simulateV1 first in chain.urls, or execution.gate_unproven = true"
        evidence = f"without {', '.join(missing)} later tiers stay unproven: entries are refused"
        return Checked(code, Grade.FAIL, evidence, fix)
    if missing:
        evidence = f"without {', '.join(missing)}; what remains is used, as the settings allow"
        return Checked(code, Grade.WARN, evidence, "a node with eth_simulateV1 proves all tiers")
    return Checked(code, Grade.OK, "every tier of the gate can be proven")


def venue_is_there(seen: Seen, limits: Limits) -> Checked:
    code = PreCode.PRE_VENUE
    found = NOT_ASKED if seen.chain is None else seen.chain.venue
    if isinstance(found, str | Trouble):
        return _unread(code, found)
    hashes = (
        ("factory", found.factory_code_hash, limits.factory_code_hash),
        ("router", found.router_code_hash, limits.router_code_hash),
    )
    wrong = [f"no code at the {name}" for name, there, _ in hashes if there is None]
    wrong += [
        f"the {name}'s code is {there}"
        for name, there, pinned in hashes
        if there is not None and pinned is not None and there != pinned
    ]
    if wrong:
        fix = "correct [venue]: an unknown contract is never paid"
        return Checked(code, Grade.FAIL, "; ".join(wrong), fix)
    pins = "pinned" if all(pin for _, _, pin in hashes) else "not pinned"
    return Checked(code, Grade.OK, f"factory and router have code, {pins}")


def balance_suffices(seen: Seen, limits: Limits) -> Checked:
    code = PreCode.PRE_BALANCE
    found = NOT_ASKED if seen.chain is None else seen.chain.balance_wei
    if isinstance(found, str | Trouble):
        return _unread(code, found)
    evidence = f"{_ether(found)} ether"
    if found < limits.balance_buffer_wei + limits.trade_min_wei:
        need = _ether(limits.balance_buffer_wei + limits.trade_min_wei)
        return Checked(
            code, Grade.FAIL, f"{evidence}, the smallest entry needs {need}", "fund the wallet"
        )
    if found < limits.balance_buffer_wei + limits.trade_wei:
        need = _ether(limits.balance_buffer_wei + limits.trade_wei)
        return Checked(
            code, Grade.WARN, f"{evidence}, a whole entry needs {need}", "fund the wallet"
        )
    return Checked(code, Grade.OK, evidence)


def allowances_are_ours(seen: Seen, _limits: Limits) -> Checked:
    code = PreCode.PRE_ALLOWANCES
    found = NOT_ASKED if seen.chain is None else seen.chain.allowances
    if isinstance(found, str | Trouble):
        return _unread(code, found)
    left = [one.token for one in found if one.amount and not one.held]
    if left:
        fix = "revoke it with your wallet: botctl approves exactly what it sells, and no more"
        return Checked(code, Grade.WARN, f"the router may still take {', '.join(left)}", fix)
    return Checked(code, Grade.OK, f"{len(found)} tokens looked at, nothing left over")


def _head(seen: Seen) -> BlockRef | str:
    if seen.chain is None:
        return NOT_ASKED
    return seen.chain.nodes[0].head or NO_HEAD


def _unread(code: PreCode, why: str | Trouble) -> Checked:
    """Left out, or a node in trouble: then what it would have shown is not known, which is no pass."""
    if isinstance(why, str):
        return Checked(code, Grade.SKIPPED, why)
    return Checked(code, Grade.FAIL, f"not known: {why.code}", why.say, later=True)


def _ether(amount_wei: int) -> str:
    whole, part = divmod(amount_wei, ETHER)
    return f"{whole}.{part // 10**12:06d}"
