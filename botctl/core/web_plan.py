"""What the page and the REST interface are told by the settings."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WebPlan:
    """Times in the unit of their name. `metrics_token` is a secret; "" without one."""

    host: str
    port: int
    tls_ahead: bool
    names: tuple[str, ...]
    proxies: tuple[str, ...]
    metrics_token: str = field(repr=False)
    session_s: int
    confirm_s: int
    tries_per_min: int
    tries_all_per_min: int
    poll_ms: int
    heartbeat_s: int
    viewers_max: int
