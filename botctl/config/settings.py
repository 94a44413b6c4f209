"""All groups under one roof, and how they become the plain values of `Config`."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from botctl.config.groups.alerts import AlertsGroup, PreflightGroup, SnapshotsGroup
from botctl.config.groups.bot import BotGroup, DevnetGroup, LogGroup, PaperGroup, ScheduleGroup
from botctl.config.groups.chain import ChainGroup, VenueGroup
from botctl.config.groups.chat import ChatGroup
from botctl.config.groups.faults import EMBEDDED_CHAIN_ID, FaultsGroup
from botctl.config.groups.features import FeaturesGroup
from botctl.config.groups.grade import GradeGroup
from botctl.config.groups.health import BreakersGroup, HealthGroup, PausesGroup
from botctl.config.groups.limits import (
    EFFECTS_DEFAULT,
    CalmGroup,
    CapsGroup,
    EffectGroup,
    LiveProbeGroup,
    RegimeGroup,
    SizingGroup,
    one_each,
)
from botctl.config.groups.outside import EnrichGroup, GateGroup
from botctl.config.groups.places import PAPER_WALLET, StorageGroup, WalletGroup
from botctl.config.groups.providers import ProvidersGroup, ReconnectGroup
from botctl.config.groups.retention import RetentionGroup
from botctl.config.groups.risk import BANDS_DEFAULT, BandGroup, RiskGroup, ascending
from botctl.config.groups.scan import FreshnessGroup, ScanGroup
from botctl.config.groups.service import BackupGroup, KeysGroup, RunGroup
from botctl.config.groups.strategy import ExecutionGroup, ExitsGroup, SignalsGroup
from botctl.config.groups.telemetry import TelemetryGroup
from botctl.config.groups.web import WebGroup
from botctl.config.kinds import Listed
from botctl.core.facts import Mode


class Settings(BaseSettings):
    """Every setting there is. The environment overrides the file, the file the defaults."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        env_prefix="BOTCTL_",
        env_nested_delimiter="__",
        enable_decoding=False,
    )

    bot: BotGroup = BotGroup()
    chain: ChainGroup = ChainGroup()
    providers: ProvidersGroup = ProvidersGroup()
    reconnect: ReconnectGroup = ReconnectGroup()
    venue: VenueGroup = VenueGroup()
    wallet: WalletGroup = WalletGroup()
    storage: StorageGroup = StorageGroup()
    scan: ScanGroup = ScanGroup()
    freshness: FreshnessGroup = FreshnessGroup()
    risk: RiskGroup = RiskGroup()
    bands: Annotated[tuple[BandGroup, ...], Listed, AfterValidator(ascending)] = Field(
        BANDS_DEFAULT,
        description="Bounds by liquidity, thinnest first: thin pools need more room to fill at all.",
    )
    signals: SignalsGroup = SignalsGroup()
    exits: ExitsGroup = ExitsGroup()
    caps: CapsGroup = CapsGroup()
    sizing: SizingGroup = SizingGroup()
    regime: RegimeGroup = RegimeGroup()
    regimes: Annotated[tuple[EffectGroup, ...], Listed, AfterValidator(one_each)] = Field(
        EFFECTS_DEFAULT, description="What each label of the times takes; one not listed: nothing."
    )
    calm: CalmGroup = CalmGroup()
    live_probe: LiveProbeGroup = LiveProbeGroup()
    execution: ExecutionGroup = ExecutionGroup()
    gate: GateGroup = GateGroup()
    enrich: EnrichGroup = EnrichGroup()
    features: FeaturesGroup = FeaturesGroup()
    grade: GradeGroup = GradeGroup()
    retention: RetentionGroup = RetentionGroup()
    health: HealthGroup = HealthGroup()
    breakers: BreakersGroup = BreakersGroup()
    pauses: PausesGroup = PausesGroup()
    paper: PaperGroup = PaperGroup()
    devnet: DevnetGroup = DevnetGroup()
    log: LogGroup = LogGroup()
    schedule: ScheduleGroup = ScheduleGroup()
    run: RunGroup = RunGroup()
    backup: BackupGroup = BackupGroup()
    keys: KeysGroup = KeysGroup()
    faults: FaultsGroup = FaultsGroup()
    alerts: AlertsGroup = AlertsGroup()
    chat: ChatGroup = ChatGroup()
    snapshots: SnapshotsGroup = SnapshotsGroup()
    telemetry: TelemetryGroup = TelemetryGroup()
    preflight: PreflightGroup = PreflightGroup()
    web: WebGroup = WebGroup()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  pydantic-settings calls it with all of them
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`sources` merges file and environment itself, so that each value's origin can be told."""
        return (init_settings,)

    @model_validator(mode="after")
    def _live_has_a_wallet(self) -> "Settings":
        if self.bot.mode is Mode.LIVE and self.wallet.address == PAPER_WALLET:
            raise ValueError("wallet.address: live needs your own address, not the paper one")
        return self

    @model_validator(mode="after")
    def _clock_moves_on_devnet_only(self) -> "Settings":
        if self.bot.mode is not Mode.DEVNET and self.devnet.clock_offset_ms:
            raise ValueError('devnet.clock_offset_ms: only with bot.mode = "devnet"')
        return self

    @model_validator(mode="after")
    def _a_probe_is_smaller_than_a_trade(self) -> "Settings":
        if self.live_probe.trade_wei >= self.risk.trade_min_wei:
            raise ValueError("live_probe.trade_wei: must be below risk.trade_min_wei")
        return self

    @model_validator(mode="after")
    def _no_more_agree_than_there_are(self) -> "Settings":
        if self.providers.agree_min > len(self.chain.urls):
            raise ValueError("providers.agree_min: more than there are chain.urls")
        return self

    @model_validator(mode="after")
    def _no_fault_where_money_is_real(self) -> "Settings":
        own_chain = self.chain.chain_id == EMBEDDED_CHAIN_ID
        if self.bot.mode is Mode.LIVE and not own_chain and self.faults.harms:
            raise ValueError(
                'faults: switched on (or faults.file is set) with bot.mode = "live"; faults on'
                " purpose are for paper and the embedded chain: take them out, FAULT_* variables too"
            )
        return self

    @model_validator(mode="after")
    def _native_is_the_first_quote(self) -> "Settings":
        if self.venue.quotes[0].token != self.venue.native:
            raise ValueError("venue.quotes: the first one must be venue.native, which is spent")
        return self


def resolved(place: str, home: Path) -> str:
    """Cron starts us anywhere: relative places lie beside the settings file, `~` is the user's."""
    return str(home / Path(place).expanduser())


def resolved_url(url: str, home: Path) -> str:
    scheme, slashes, path = url.partition("sqlite:///")
    return url if scheme or not slashes else f"{slashes}{resolved(path, home)}"
