"""The list of commands, from the table alone."""

from botctl.cli.app import COMMANDS, GROUPS
from botctl.cli.terminal import bold


def overview(group: str = "") -> str:
    """All commands by panel, or those of one group."""
    prefix = f"{group} " if group else ""
    shown = {name: entry for name, entry in COMMANDS.items() if name.startswith(prefix)}
    width = max(map(len, shown))
    lines = [*_head(group), ""]
    for panel in dict.fromkeys(entry.panel for entry in shown.values()):
        lines.append(bold("Commands" if group else panel))
        lines += [f"  {n:{width}}  {e.help}" for n, e in shown.items() if e.panel == panel]
        lines.append("")
    return "\n".join([*lines, *_foot(next(iter(shown)))])


def _head(group: str) -> list[str]:
    if group:
        return [f"{bold('Usage:')} botctl {group} COMMAND [OPTIONS]", "", f"{GROUPS[group]}."]
    return [
        f"{bold('Usage:')} botctl COMMAND [OPTIONS]",
        "",
        "Runs trading bots that can be argued about: at most one effect, no blind trade,",
        "every decision replayable.",
    ]


def _foot(first: str) -> list[str]:
    return [
        f"Example: botctl {first} --help",
        "Every command takes --config PATH and --json. Shell completion: --install-completion.",
    ]
