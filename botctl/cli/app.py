"""The whole surface in one table; a command's module is imported when it is invoked, not before."""

import gc
import os
import sys
from importlib import import_module
from typing import Final, NamedTuple, NoReturn

import botctl

HELP: Final = frozenset({"--help", "-h"})
SHELL_ASKS: Final = "_BOTCTL_COMPLETE"  # set by the completion script that the shell loaded
INTERRUPTED: Final = 130
START, LOOP, LOOK, PROOF, CARE = "Start", "The loop", "Look", "Proof", "Care"


class Entry(NamedTuple):
    """`target` is module:function; `run` and `chat` live in `jobs`, the room above this one."""

    target: str
    help: str
    panel: str


def _in(module: str, function: str = "command") -> str:
    return f"botctl.cli.commands.{module}:{function}"


COMMANDS: Final[dict[str, Entry]] = {
    "demo": Entry(_in("demo"), "Trade on a local chain with real contracts, and check it", START),
    "chaos": Entry(_in("chaos"), "Break a local chain's bot on purpose, and check it", START),
    "init": Entry(_in("init"), "Write a commented botctl.toml", START),
    "config show": Entry(_in("config_show"), "Every setting, where it came from", START),
    "config migrate": Entry(_in("config_migrate"), "Bring the file to today's names", START),
    "keystore new": Entry(_in("keystore", "new"), "Make a key, encrypted in a file", START),
    "keystore show": Entry(_in("keystore", "show"), "Whose key the file holds", START),
    "keystore age": Entry(_in("keystore", "age"), "Which keys and secrets are due", START),
    "devnet install": Entry(_in("devnet_install"), "Install the local chain", START),
    "run": Entry("jobs.command:command", "Run the timetable until stopped", LOOP),
    "cycle": Entry(_in("cycle"), "reconcile, scan, decide and execute once", LOOP),
    "chat": Entry("jobs.chat:command", "Answer in Telegram until stopped", LOOP),
    "scan": Entry(_in("scan"), "Find markets and read their facts at one block", LOOP),
    "decide": Entry(_in("decide"), "Decide every market of the newest scan", LOOP),
    "execute": Entry(_in("execute"), "Sign and send what was decided", LOOP),
    "reconcile": Entry(_in("reconcile"), "Follow up what was sent, compare with the chain", LOOP),
    "follow-up": Entry(_in("follow_up"), "See what became of what was decided", LOOP),
    "jobs run": Entry("jobs.once:command", "One job at its time, as system cron starts it", LOOP),
    "kill soft": Entry(_in("kill", "soft"), "Stop entries; exits go on", LOOP),
    "kill hard": Entry(_in("kill", "hard"), "Stop everything, exits too", LOOP),
    "kill off": Entry(_in("kill", "off"), "Lift the switch, once it is confirmed", LOOP),
    "kill reset": Entry(_in("kill", "off"), "The older name of `kill off`", LOOP),
    "pause": Entry(_in("pause"), "No entries for a while, everywhere or in one market", LOOP),
    "resume": Entry(_in("pause", "lifted"), "End a pause before its time", LOOP),
    "status": Entry(_in("status"), "The bot in one screen", LOOK),
    "health": Entry(_in("health"), "Exit status 0 when healthy, 1 when not", LOOK),
    "jobs": Entry("jobs.show:command", "The timetable, and whether it is kept", LOOK),
    "days": Entry(_in("days"), "What each day brought, once it is over", LOOK),
    "report morning": Entry(_in("report_morning"), "What the last 24 hours brought", LOOK),
    "alerts": Entry(_in("alerts"), "What is wrong, who was told, how the channels do", LOOK),
    "metrics": Entry(_in("metrics"), "Everything counted, as Prometheus reads it", LOOK),
    "features": Entry(_in("features"), "What is switched on, and what that means", LOOK),
    "ledger": Entry(_in("ledger"), "Decisions: list, filter, export", LOOK),
    "ledger grade": Entry(_in("ledger_grade"), "What each filter saved or cost", LOOK),
    "serve": Entry("jobs.serve:command", "The page and the REST interface", LOOK),
    "serve token": Entry(_in("serve_token"), "Tokens that open the page and REST", LOOK),
    "explain": Entry(_in("explain"), "Why a market was or was not traded", LOOK),
    "check": Entry(_in("check"), "Everything the gate can find out about one token", LOOK),
    "pnl": Entry(_in("pnl"), "Profit and loss by day and market, net of gas", LOOK),
    "positions": Entry(_in("positions"), "What is held, profit and loss net of gas", LOOK),
    "report": Entry(_in("report"), "What was done, as a file to look at later", LOOK),
    "report html": Entry(_in("report", "html"), "One HTML file with charts and trades", LOOK),
    "orders": Entry(_in("orders"), "Orders, open ones first", LOOK),
    "order show": Entry(_in("order_show"), "One order's timeline and attempts", LOOK),
    "ledger verify": Entry(_in("ledger_verify"), "Name the first altered entry", PROOF),
    "replay": Entry(_in("replay"), "Compute decisions again and compare", PROOF),
    "bundle validate": Entry(_in("bundle", "validate"), "Check hash and completeness", PROOF),
    "bundle export": Entry(_in("bundle", "export"), "Write bundles as files", PROOF),
    "days close": Entry(_in("days", "close"), "Put days that are over on record", CARE),
    "preflight": Entry(_in("preflight"), "Everything that must be right before a start", CARE),
    "alerts test": Entry(_in("alerts", "try_out"), "Send a test message to each channel", CARE),
    "alerts send": Entry(_in("alerts", "send"), "Tell what is due now; a job does it", CARE),
    "snapshot": Entry(_in("snapshot"), "Keep this moment in one file, without secrets", CARE),
    "snapshot list": Entry(_in("snapshot", "listed"), "Snapshots, the newest first", CARE),
    "snapshot open": Entry(_in("snapshot", "opened"), "Verify one and show it", CARE),
    "telemetry": Entry(_in("telemetry"), "Keep sums, send spans, forget old ones", CARE),
    "nonce status": Entry(_in("nonce", "status"), "Our nonces beside the chain's", CARE),
    "nonce repair": Entry(_in("nonce", "repair"), "Mend gaps and drift; a dry run first", CARE),
    "positions write-off": Entry(_in("write_off"), "Close what cannot be sold", CARE),
    "retention": Entry(_in("retention"), "Archive what is old; a job does it", CARE),
    "db upgrade": Entry(_in("db", "upgrade"), "Bring the schema up to date, after a backup", CARE),
    "db check": Entry(_in("db", "check"), "Prove schema and content sound", CARE),
    "upgrade-check": Entry(_in("upgrade_check"), "What an upgrade would do here, before it", CARE),
    "db backup": Entry(_in("db", "backup"), "Write a backup, and prove it good", CARE),
    "db backups": Entry(_in("db", "listed"), "Backups, here and in the storage", CARE),
    "db restore": Entry(_in("db", "restore"), "Bring a backup back", CARE),
}
GROUPS: Final[dict[str, str]] = {
    "bundle": "The documents from which decisions can be computed again",
    "config": "The settings",
    "db": "The database",
    "devnet": "The local chain",
    "keystore": "The key",
    "kill": "The latched switch: survives restarts, names who and why",
    "nonce": "Which transaction number comes next, and who says so",
    "order": "A single order",
}


def main() -> NoReturn:
    gc.disable()  # nothing made while importing is garbage; the frame turns it on again
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:  # while still importing
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # while telling of an error
        sys.exit(import_module("botctl.cli.errors").broken_pipe())


def run(args: list[str]) -> int:
    """The exit status. Version and help are answered from the table, without Typer."""
    asked_by_shell = SHELL_ASKS in os.environ  # noqa: TID251  no setting of ours
    if not asked_by_shell and (not args or (len(args) == 1 and args[0] in HELP)):
        return _print(import_module("botctl.cli.overview").overview())
    if args == ["--version"]:
        build = import_module("botctl.config.build").build_sha()
        return _print(f"botctl {botctl.__version__} ({build})")
    return int(import_module("botctl.cli.running").run_command(args, completion=asked_by_shell))


def _print(text: str) -> int:
    print(text, flush=True)  # noqa: T201  this is the command line
    return 0
