"""What each finding of health means to who is woken by it, and what to do: a sentence each.

`runbooks/health.md` has the same at more length, and when it is over.
"""

from collections.abc import Mapping
from typing import Final

from botctl.core.health.codes import HealthCode as C

OF_HEALTH: Final[Mapping[C, tuple[str, str]]] = {
    C.HEALTH_NEVER_RAN: ("No cycle was ever recorded.", "botctl cycle once, or botctl run"),
    C.HEALTH_NO_CYCLE: (
        "No cycle began in twice the interval: nobody watches what is held.",
        "look whether botctl run or cron is alive, then botctl cycle by hand",
    ),
    C.HEALTH_LAG: (
        "Cycles begin late; when that stays, nothing is entered.",
        "look what else runs on the machine; botctl status tells how long cycles take",
    ),
    C.HEALTH_SLOW_CYCLE: (
        "Cycles take so much of their interval that the next one will be late.",
        "lower scan.markets_max, or ask a nearer node",
    ),
    C.HEALTH_THROUGHPUT: (
        "Far fewer markets are read than in the hour before.",
        "botctl scan and look at its counts; a node may answer only in part",
    ),
    C.HEALTH_CLOCK: (
        "This machine's clock ran back: ages cannot be trusted, so only exits are allowed.",
        "mend the time service, then wait until the clock has passed the last cycle",
    ),
    C.HEALTH_UNDECIDED: (
        "Markets were scanned and no decision was stored for them.",
        "botctl decide by hand tells why; see that the disk is not full",
    ),
    C.HEALTH_UNDETECTED: (
        "More decisions are stored than markets were seen; that cannot be. Entries have stopped.",
        "botctl ledger verify, botctl db check; keep the database and report it",
    ),
    C.HEALTH_NO_PASSES: (
        "Markets used to pass now and then, and none does any more.",
        "botctl status lists the reasons; botctl explain a market that should pass",
    ),
    C.HEALTH_ONE_REASON: (
        "One reason refuses far more markets than before.",
        "botctl ledger --since 1h, then that reason's heading in the runbooks",
    ),
    C.HEALTH_PENDING_MANY: (
        "Too many orders wait too long for a block; only exits are allowed.",
        "botctl orders --open, botctl nonce status; the lowest nonce holds all others",
    ),
    C.HEALTH_PENDING_LONG: (
        "An order is open for too long; its outcome is unknown, so only exits are allowed.",
        "botctl orders --open, then botctl nonce status",
    ),
    C.HEALTH_NONCE_MISMATCH: (
        "The wallet's key was used by somebody else, or its numbers cannot be explained.",
        "botctl nonce status; a leaked key is emptied first, then botctl kill hard",
    ),
    C.HEALTH_RECONCILE_MISMATCH: (
        "Ledger and chain differ, or a booked trade left the chain: everything is halted.",
        "botctl reconcile names the difference; understand it before reconcile --correct",
    ),
    C.HEALTH_CONFIRM_SLOW: (
        "Orders take too long from their decision to final.",
        "botctl orders; raise risk.fee_max_wei only when you mean to pay it",
    ),
    C.HEALTH_REVERTS: (
        "Several of the newest transactions were mined and undone.",
        "botctl order show ORDER has each reason",
    ),
    C.HEALTH_SLIPPAGE: (
        "A fill brought much less than its decision expected.",
        "botctl order show ORDER; tighten bands, or set chain.private_url",
    ),
    C.HEALTH_LOSS_LIMIT: (
        "The day's realised loss is beyond its limit: no entry passes before tomorrow (UTC).",
        "botctl positions --all, botctl ledger --since 24h: is the strategy or the market broken",
    ),
    C.HEALTH_PROVIDER_ERRORS: (
        "A provider fails too many of our calls; the others are asked first.",
        "ask the provider; put another one first in chain.urls",
    ),
    C.HEALTH_PROVIDER_SLOW: (
        "A provider answers slowly.",
        "choose a nearer one; botctl status shows what cycles take",
    ),
    C.HEALTH_PROVIDER_ON_HOLD: (
        "A provider rests after failures; when all do, entries stop.",
        "see the log for its errors",
    ),
    C.HEALTH_HEAD_STALE: (
        "A provider's newest block is too old; when all are, entries stop.",
        "compare the node's head with an explorer; restart its sync",
    ),
    C.HEALTH_ERRORS: (
        "Commands fail again and again.",
        "the heading of the code that the evidence names",
    ),
    C.HEALTH_ALERTS_UNSENT: (
        "A channel has taken no alert for long: you may not hear of what happens.",
        "botctl alerts test tells what each channel answers",
    ),
    C.HEALTH_MEMORY: (
        "Memory is nearly used up: the system may kill botctl, which delays and loses nothing.",
        "free -m; end what does not belong on this machine",
    ),
    C.HEALTH_DISK_LOW: (
        "The disk beside the database fills up.",
        "df -h; move backups and old logs away",
    ),
    C.HEALTH_DISK_FULL: (
        "So little disk is left that it is kept for the records of exits; entries have stopped.",
        "df -h; make room now",
    ),
    C.HEALTH_SLOW_WRITES: (
        "A single durable write takes very long.",
        "iostat -x 1; a dying disk, or another program that floods it",
    ),
    C.HEALTH_STORAGE: (
        "The database cannot be read or written, or was not a moment ago: no entries.",
        "the evidence has the code; its heading is in runbooks/storage.md",
    ),
    C.HEALTH_KILLED: (
        "Somebody set the kill switch.",
        "botctl kill off --why when its reason is gone; it says what it lifts",
    ),
    C.HEALTH_PAUSED: (
        "Everything rests for a while: no entries.",
        "botctl resume --why, or wait",
    ),
    C.HEALTH_BREAKER_OPEN: (
        "A breaker has opened: entries rest, and are tried again by themselves.",
        "botctl health names it; mend its cause",
    ),
    C.HEALTH_NOT_CLEARED: (
        "Live, but no preflight has passed for these settings and this build: no entries.",
        "botctl preflight, mend what fails, run it again",
    ),
}
