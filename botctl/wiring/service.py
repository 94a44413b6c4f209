"""The service manager this process was started by, if any."""

from botctl.adapters.service_manager import (
    READY,
    STOPPING,
    WATCHDOG,
    ServiceManager,
    service_manager,
)

__all__ = ["READY", "STOPPING", "WATCHDOG", "ServiceManager", "service_manager"]
