"""Who trades, how seriously, and when."""

from typing import Annotated, Literal

from pydantic import Field

from botctl.config.cron import interval_ms
from botctl.config.groups.base import Group
from botctl.config.kinds import Cron, Flag, Place, WeiAmount, Whole
from botctl.config.values import BotValues, LogForm, LogValues, ScheduleValues
from botctl.core.facts import Mode
from botctl.core.permission import Tier
from botctl.core.wake import Wake

Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$")]


class BotGroup(Group):
    """The bot's identity and how far it may go."""

    name: Name = Field(
        "main", description="Names this bot in every record; part of each intent's key."
    )
    strategy_version: Name = Field(
        "1", description="Raise it when you change the strategy: a new version makes new intents."
    )
    mode: Mode = Field(
        Mode.PAPER,
        description="paper: real data, simulated fills. live: real money. devnet: the local chain.",
    )
    live_allowed: Flag = Field(
        default=False,
        description="The second switch for live: mode alone is one typo away from real money.",
    )

    tier: Tier = Field(
        Tier.TRADE,
        description="observe: decide and sign nothing. exits: sell only. trade: both.",
    )

    def values(self) -> BotValues:
        return BotValues(name=self.name, mode=self.mode, live_allowed=self.live_allowed)


class PaperGroup(Group):
    """What the simulated wallet starts with."""

    balance_wei: WeiAmount = Field(
        10**18, gt=0, description="One ether: room for every position the limits allow, and gas."
    )


class DevnetGroup(Group):
    """Only read when mode is devnet."""

    clock_offset_ms: Whole = Field(
        0, description="Added to our clock: a local chain may have been moved ahead in time."
    )


class LogGroup(Group):
    """Logs go to stderr and, if named, to a file; never to stdout."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="INFO has one line a state change; DEBUG is for looking into a fault."
    )
    form: LogForm = Field(
        LogForm.AUTO,
        description="auto: short heartbeat lines on a terminal, one JSON object a line elsewhere.",
    )
    file: Annotated[str, Place()] = Field(
        "", description='A JSON log beside stderr, such as "state/botctl.jsonl"; empty: none.'
    )
    rotate_mb: Whole = Field(50, gt=0, description="A log file of this size is closed and kept.")
    keep_files: Whole = Field(10, gt=0, description="Older log files are deleted.")

    def values(self, file: str) -> LogValues:
        return LogValues(
            level=self.level,
            form=self.form,
            file=file,
            rotate_mb=self.rotate_mb,
            keep_files=self.keep_files,
        )


class ScheduleGroup(Group):
    """When `botctl run` does what; cron fields in UTC."""

    cycle_cron: Cron = Field(
        "* * * * *",
        description="Every minute: five blocks, and as often as system cron can, so both may be mixed.",
    )
    backup_cron: Cron = Field(
        "17 * * * *",
        description="Every hour: the most that can be lost with the disk; off the full hour's rush.",
    )
    report_cron: Cron = Field(
        "0 8 * * *", description="The morning report, by every channel of [alerts]."
    )
    late_max_s: Whole = Field(
        30,
        gt=0,
        description="A start later than this is recorded as missed: the next one is nearer.",
    )

    wake: Wake = Field(
        Wake.MARKET,
        description="With chain.ws_urls: a cycle at once on a new market, on every head, or off.",
    )
    wake_min_ms: Whole = Field(
        5_000,
        ge=500,
        description="Between the starts of two such cycles, at least; a storm of pairs is one cycle.",
    )

    def values(self) -> ScheduleValues:
        return ScheduleValues(**self.model_dump(), interval_ms=interval_ms(self.cycle_cron))
