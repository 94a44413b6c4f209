"""The checks: each a small function over what was seen; all of them are told, in one order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from botctl.core.facts import Mode
from botctl.core.preflight.chain_checks import (
    allowances_are_ours,
    balance_suffices,
    chain_is_ours,
    clock_agrees,
    gate_can_prove,
    nodes_answer,
    venue_is_there,
)
from botctl.core.preflight.values import Checked, Grade, Limits, PreCode, Seen

MB: Final = 1_000_000
CHANGED_MAX: Final = 12  # names that fit a line
# Whose failures a person mends in settings or files before anything is started again (status 78).
FOR_A_PERSON: Final = frozenset(
    {PreCode.PRE_KEY, PreCode.PRE_SCHEMA, PreCode.PRE_CHAIN, PreCode.PRE_VENUE}
)
DONE, FAILED, LATER, PERSON = 0, 1, 75, 78

Check = Callable[[Seen, Limits], Checked]


def key_is_ours(seen: Seen, limits: Limits) -> Checked:
    code, key = PreCode.PRE_KEY, seen.key
    if not key.needed:
        return Checked(code, Grade.OK, "paper needs no key")
    if key.trouble is not None:
        fix = f"see runbooks/key.md, {key.trouble.code}: {key.trouble.say}"
        return Checked(code, Grade.FAIL, key.trouble.code, fix)
    if key.address != limits.wallet:
        evidence = f"the key opens as {key.address}, wallet.address is {limits.wallet}"
        return Checked(code, Grade.FAIL, evidence, "correct wallet.address or wallet.keystore")
    return Checked(code, Grade.OK, f"opens as {key.address}")


def schema_is_ours(seen: Seen, _limits: Limits) -> Checked:
    if seen.store is None:
        return Checked(PreCode.PRE_SCHEMA, Grade.OK, f"schema {seen.revision}")
    return Checked(PreCode.PRE_SCHEMA, Grade.FAIL, seen.store.code, seen.store.say)


def disk_has_room(seen: Seen, limits: Limits) -> Checked:
    code, disk = PreCode.PRE_DISK, seen.disk
    if disk.trouble is not None:
        fix = "make room, or the folder writable: without it nothing can be stored"
        return Checked(code, Grade.FAIL, disk.trouble.say, fix)
    evidence = f"{disk.free_bytes // MB} MB free"
    if disk.free_bytes < limits.disk_free_min:
        fix = f"make room: below {limits.disk_free_min // MB} MB a busy bot fills it unnoticed"
        return Checked(code, Grade.WARN, evidence, fix)
    return Checked(code, Grade.OK, evidence)


def alerts_arrive(seen: Seen, limits: Limits) -> Checked:
    code = PreCode.PRE_ALERTS
    if seen.channels is None:
        return Checked(code, Grade.SKIPPED, "no channel was asked")
    deaf = [one for one in seen.channels if not one.ok]
    if deaf:
        grade = Grade.FAIL if len(deaf) == len(seen.channels) else Grade.WARN
        evidence = "; ".join(f"{one.channel}: {one.said}" for one in deaf)
        return Checked(code, grade, evidence, "correct [alerts], then `botctl alerts test`", True)
    if [one.channel for one in seen.channels] == ["log"]:
        fix = "set alerts.webhook_url or alerts.telegram_token: nobody is told otherwise"
        return Checked(code, Grade.WARN, "alerts go to the log alone", fix)
    told = ", ".join(one.channel for one in seen.channels)
    if limits.mode is Mode.LIVE and not limits.has_deadman:
        fix = "set alerts.deadman_url: nobody notices when botctl itself is dead"
        return Checked(code, Grade.WARN, f"{told} took a test message, no dead-man signal", fix)
    return Checked(code, Grade.OK, f"{told} took a test message")


def chat_can_command(seen: Seen, _limits: Limits) -> Checked:
    """It warns at most: nothing that trades depends on the chat (LESSONS 17)."""
    code, chat = PreCode.PRE_CHAT, seen.chat
    if chat is None:
        return Checked(code, Grade.OK, "no chat is configured")
    if chat.trouble is not None:
        return Checked(code, Grade.WARN, chat.trouble.code, chat.trouble.say)
    if chat.bot is None:
        return Checked(code, Grade.SKIPPED, "Telegram was not asked")
    if not chat.bot.name:
        fix = "copy the token from @BotFather again into chat.token"
        return Checked(code, Grade.WARN, chat.bot.said, fix, chat.bot.later)
    evidence = f"@{chat.bot.name}, {chat.people} people, {chat.operators} operators"
    if not chat.operators:
        fix = "name an operator in [[chat.allow]]: nobody can halt from there"
        return Checked(code, Grade.WARN, evidence, fix)
    return Checked(code, Grade.OK, evidence)


def settings_have_not_drifted(seen: Seen, limits: Limits) -> Checked:
    code, drift = PreCode.PRE_DRIFT, seen.drift
    if drift is None or drift.decided_hash is None:
        return Checked(code, Grade.OK, "nothing was decided yet")
    found = []
    if drift.decided_hash != limits.config_hash:
        found.append(_changed(drift.changed))
    if drift.decided_build != limits.build_sha:
        found.append(f"build {drift.decided_build} -> {limits.build_sha}")
    if found:
        fix = "nothing, if you meant it; else take the old value back"
        return Checked(code, Grade.WARN, f"since the last decision: {'; '.join(found)}", fix)
    return Checked(code, Grade.OK, "settings and build of the last decision")


def _changed(names: Sequence[str] | None) -> str:
    if names is None:
        return "other settings, which were not kept"
    more = f" and {len(names) - CHANGED_MAX} more" if len(names) > CHANGED_MAX else ""
    return f"changed {', '.join(names[:CHANGED_MAX])}{more}"


CHECKS: Final[tuple[Check, ...]] = (
    key_is_ours,
    schema_is_ours,
    disk_has_room,
    nodes_answer,
    chain_is_ours,
    clock_agrees,
    gate_can_prove,
    venue_is_there,
    balance_suffices,
    allowances_are_ours,
    alerts_arrive,
    chat_can_command,
    settings_have_not_drifted,
)


def judged(seen: Seen, limits: Limits) -> tuple[Checked, ...]:
    return tuple(check(seen, limits) for check in CHECKS)


def softened(checks: Iterable[Checked]) -> tuple[Checked, ...]:
    """With --warn-only: what failed warns, and says that it did."""
    return tuple(
        replace(one, grade=Grade.WARN, evidence=f"FAILED: {one.evidence}")
        if one.grade is Grade.FAIL
        else one
        for one in checks
    )


def exit_status(checks: Sequence[Checked]) -> int:
    """78 when a person must act first, 1 for what else failed, 75 when only a far side did."""
    failed = [one for one in checks if one.grade is Grade.FAIL]
    if not failed:
        return DONE
    if any(one.code in FOR_A_PERSON and not one.later for one in failed):
        return PERSON
    return LATER if all(one.later for one in failed) else FAILED


def changed_names(before: dict[str, object], now: dict[str, object]) -> tuple[str, ...]:
    """Settings that differ, by their dotted names; one that is new or gone differs."""
    absent = object()
    names = sorted({*before, *now})
    return tuple(n for n in names if before.get(n, absent) != now.get(n, absent))
