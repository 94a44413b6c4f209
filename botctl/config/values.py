"""The validated settings as plain values: what every start loads, without importing pydantic.

Each class is filled by the group of the same subject in `botctl/config/groups`, which holds defaults,
limits and descriptions. Paths are absolute here: they were resolved against the settings file.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from botctl.core.facts import Mode
from botctl.core.grading import GradeRules
from botctl.core.operators import Person
from botctl.core.plans import ScanPlan, SendPlan
from botctl.core.policy import Policy
from botctl.core.retention import RetentionPlan
from botctl.core.units import Address, Hash32
from botctl.core.wake import Wake
from botctl.core.watch_plan import WatchPlan
from botctl.core.web_plan import WebPlan

WEBHOOK, TELEGRAM = "webhook", "telegram"


class PassphraseSource(StrEnum):
    ENV = "env"
    FD = "fd"
    KEYRING = "keyring"


class LogForm(StrEnum):
    AUTO = "auto"  # heartbeat lines on a terminal, JSON elsewhere
    JSON = "json"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class BotValues:
    name: str
    mode: Mode
    live_allowed: bool


@dataclass(frozen=True, slots=True)
class ChainValues:
    """The URLs may hold API keys: they go to the transport and nowhere else."""

    urls: tuple[str, ...]
    ws_urls: tuple[str, ...]
    private_url: str  # "" without a relay
    chain_id: int
    timeout_ms: int
    tries_max: int
    batch_max: int
    log_range_max: int


@dataclass(frozen=True, slots=True)
class WalletValues:
    address: Address
    keystore: str
    passphrase_from: PassphraseSource
    passphrase_env: str
    passphrase_fd: int
    passphrase_keyring: str


@dataclass(frozen=True, slots=True)
class StorageValues:
    """`url` may hold a password."""

    url: str
    busy_ms: int
    state_dir: str
    bundles_dir: str
    backups_dir: str
    archive_dir: str


@dataclass(frozen=True, slots=True)
class LogValues:
    level: str
    form: LogForm
    file: str  # empty: stderr alone
    rotate_mb: int
    keep_files: int


@dataclass(frozen=True, slots=True)
class ScheduleValues:
    """`interval_ms`: the longest pause between two cycles that the cron fields plan."""

    cycle_cron: str
    backup_cron: str
    report_cron: str
    late_max_s: int
    wake: Wake
    wake_min_ms: int
    interval_ms: int


@dataclass(frozen=True, slots=True)
class RunValues:
    drain_s: int


@dataclass(frozen=True, slots=True)
class BackupValues:
    """`s3_key_id` and `s3_secret` are secrets. Without an endpoint there is the folder alone."""

    verify: bool
    keep_hourly: int
    keep_daily: int
    keep_weekly: int
    s3_endpoint: str
    s3_bucket: str
    s3_prefix: str
    s3_region: str
    s3_key_id: str = field(repr=False)
    s3_secret: str = field(repr=False)
    s3_timeout_s: int


@dataclass(frozen=True, slots=True)
class KeysValues:
    age_max_days: int


@dataclass(frozen=True, slots=True)
class SourceValues:
    """`url` and `key` go to the service and nowhere else."""

    kind: str
    url: str = field(repr=False)
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrichValues:
    """`also_refuse` and `only_warn` name SellCodes."""

    sources: tuple[SourceValues, ...]
    deadline_ms: int
    tokens_max: int
    cache_s: int
    silent_refuses: bool
    also_refuse: tuple[str, ...]
    only_warn: tuple[str, ...]
    holder_max_bps: int
    lp_unlocked_max_bps: int


@dataclass(frozen=True, slots=True)
class GateValues:
    trap_code_hashes: tuple[Hash32, ...]
    trap_code_file: str  # empty: none


@dataclass(frozen=True, slots=True)
class ProvidersValues:
    agree_min: int  # 0: all
    lag_blocks_max: int
    error_rate_max_bps: int
    failures_max: int
    cooldown_ms: int
    unhealthy_ms: int
    limited_ms: int
    hold_max_ms: int
    budget_per_s: int  # 0: not known
    usage_max_bps: int
    fast_ms: int
    at_once_max: int


@dataclass(frozen=True, slots=True)
class ReconnectValues:
    base_ms: int
    max_ms: int
    multiplier_percent: int
    jitter_bps: int
    attempts_max: int  # 0: without end
    reset_ms: int
    pause_ms: int


@dataclass(frozen=True, slots=True)
class FaultValues:
    """`chosen`: toggles as texts; `harms`: something is switched on, or a file may do so."""

    file: str  # empty: none
    chosen: tuple[tuple[str, str], ...]
    harms: bool


@dataclass(frozen=True, slots=True)
class AlertValues:
    """`webhook_url`, `webhook_secret`, `telegram_token` and `deadman_url` are secrets."""

    webhook_url: str
    webhook_secret: str
    telegram_token: str
    telegram_chat: str
    telegram_api: str
    tier_max: int
    remind_urgent_s: int
    remind_soon_s: int
    window_s: int
    window_max: int
    deadline_ms: int
    silent_max_s: int
    deadman_url: str
    deadman_s: int
    link: str

    @property
    def channels(self) -> tuple[str, ...]:
        """Those that are configured; empty: alerts stand in the log alone."""
        named = ((WEBHOOK, self.webhook_url), (TELEGRAM, self.telegram_token))
        return tuple(name for name, setting in named if setting)


@dataclass(frozen=True, slots=True)
class ChatValues:
    """`token` is a secret; empty: that of the alerts, or the keyring's."""

    token: str
    token_keyring: str
    allow: tuple[Person, ...]
    groups: tuple[int, ...]
    confirm_s: int
    late_max_s: int
    card_s: int
    card_minutes: int
    poll_s: int


@dataclass(frozen=True, slots=True)
class SnapshotValues:
    """`upload_url` is a secret: what is signed into it allows writing."""

    keep: int
    keep_mb: int
    log_lines: int
    upload_url: str


@dataclass(frozen=True, slots=True)
class PreflightValues:
    warn_only: bool
    skip_remote: bool
    force_remote: bool
    disk_free_min_mb: int


@dataclass(frozen=True, slots=True)
class TelemetryValues:
    """`otlp_url` and `otlp_headers` are secrets; `otlp_url` "" exports nothing."""

    enabled: bool
    sample_percent: int
    keep_days: int
    otlp_url: str
    otlp_headers: str
    otlp_metrics: bool
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class Config:
    """Everything `wiring` builds a Runtime from. `config_hash` covers all but secrets and places.

    `told` is what it covers, as canonical JSON: dotted names and values.
    """

    source: str  # the file it was read from
    config_hash: str
    told: str
    notices: tuple[str, ...]  # old names in file or environment, each with its new one
    bot: BotValues
    chain: ChainValues
    providers: ProvidersValues
    reconnect: ReconnectValues
    wallet: WalletValues
    storage: StorageValues
    log: LogValues
    schedule: ScheduleValues
    run: RunValues
    backup: BackupValues
    keys: KeysValues
    alerts: AlertValues
    chat: ChatValues
    snapshots: SnapshotValues
    telemetry: TelemetryValues
    preflight: PreflightValues
    web: WebPlan
    policy: Policy
    scan_plan: ScanPlan
    send_plan: SendPlan
    enrich: EnrichValues
    gate: GateValues
    grade: GradeRules
    retention: RetentionPlan
    watch_plan: WatchPlan
    paper_balance_wei: int
    clock_offset_ms: int
    faults: FaultValues
