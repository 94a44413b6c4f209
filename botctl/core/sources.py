"""What several providers say of the head of one chain: which block is read, and who agrees. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botctl.core.codes import Code
from botctl.core.units import Hash32

MS = 1_000


@dataclass(frozen=True, slots=True)
class SeenHead:
    name: str
    number: int
    hash: Hash32
    timestamp_s: int


@dataclass(frozen=True, slots=True)
class HeadRules:
    """`needed` providers must agree. One further than `lag_blocks_max` from the others does not.

    A head older than `age_max_ms`, or ahead of our clock by more than `ahead_max_ms`, meets nobody
    while there is one that is fresh.
    """

    needed: int
    lag_blocks_max: int
    age_max_ms: int
    ahead_max_ms: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """The height at which `near` are compared; `stale`: no head is within its budget of age."""

    height: int
    near: tuple[SeenHead, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """`say` begins with a code and names every provider that does not agree; "" when all do."""

    hash: Hash32
    agreeing: tuple[str, ...]
    say: str


def meeting(heads: Sequence[SeenHead], rules: HeadRules, now_ms: int) -> Meeting:
    """The freshest height that enough of them have reached together.

    When nowhere enough are together: where most are, the freshest of such places.
    """
    assert heads, "somebody answered"
    fresh = [head for head in heads if _is_fresh(head, rules, now_ms)]
    tops = sorted({head.number for head in fresh or heads}, reverse=True)
    groups = [_near(fresh or heads, top, rules.lag_blocks_max) for top in tops]
    enough = (group for group in groups if len(group) >= rules.needed)
    near = next(enough, None) or max(groups, key=len)
    numbers = sorted((head.number for head in near), reverse=True)
    return Meeting(numbers[min(rules.needed, len(near)) - 1], near, stale=not fresh)


def verdict(
    met: Meeting,
    heads: Sequence[SeenHead],
    there: Mapping[str, Hash32 | None],
    silent: Mapping[str, str],
) -> Verdict:
    """`there`: the hash that each of `met.near` has at the height; `silent`: why others said nothing.

    Among equally large parties the one of the provider named first.
    """
    parties: dict[Hash32, list[str]] = {}
    for head in met.near:
        found = there.get(head.name)
        if found is not None:
            parties.setdefault(found, []).append(head.name)
    winner = max(parties, key=lambda block_hash: len(parties[block_hash]))
    agreeing = tuple(parties[winner])
    return Verdict(winner, agreeing, _say(met, heads, agreeing, silent))


def _say(
    met: Meeting, heads: Sequence[SeenHead], agreeing: Sequence[str], silent: Mapping[str, str]
) -> str:
    others = [_stands_apart(head, met) for head in heads if head.name not in agreeing]
    others += [f"{name} gives no answer ({why})" for name, why in silent.items()]
    if met.stale:
        newest = max(heads, key=lambda head: head.timestamp_s)
        told = f"the newest head is block {newest.number} of {newest.name}"
        return f"{Code.ERR_HEAD_STALE}: {'; '.join([told, *others])}"
    if not others:
        return ""
    code = Code.ERR_SINGLE_SOURCED if len(heads) == 1 else Code.ERR_SOURCES_DISAGREE
    return f"{code}: {'; '.join(others)}"


def _stands_apart(head: SeenHead, met: Meeting) -> str:
    if head in met.near:
        return f"{head.name} has another block {met.height}"
    blocks = head.number - met.height
    return f"{head.name} is {abs(blocks)} blocks {'ahead' if blocks > 0 else 'behind'}"


def _is_fresh(head: SeenHead, rules: HeadRules, now_ms: int) -> bool:
    age_ms = now_ms - head.timestamp_s * MS
    return -rules.ahead_max_ms <= age_ms <= rules.age_max_ms


def _near(heads: Sequence[SeenHead], top: int, lag_blocks_max: int) -> tuple[SeenHead, ...]:
    return tuple(head for head in heads if top - lag_blocks_max <= head.number <= top)
