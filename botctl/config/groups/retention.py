"""How long what is kept in the live database, and where the rest goes."""

from typing import Annotated

from pydantic import Field, model_validator

from botctl.config.groups.base import Group
from botctl.config.kinds import Place, Whole
from botctl.core.retention import RetentionPlan


class RetentionGroup(Group):
    """What `botctl retention` moves into storage.archive_dir, and what it deletes. No decision changes."""

    ledger_days: Annotated[Whole, Place()] = Field(
        90,
        ge=2,
        description="Decisions older than it move to the archive, which every command reads.",
    )
    bundle_days: Annotated[Whole, Place()] = Field(
        14, ge=2, description="The same for their bundles, which are ten times as large."
    )
    scan_days: Annotated[Whole, Place()] = Field(
        7,
        ge=2,
        description="Cycles and what they saw are deleted: all of it stands in the bundles.",
    )
    log_days: Annotated[Whole, Place()] = Field(
        90, ge=2, description="Changes of health, job runs, errors and sent alerts are deleted."
    )
    keep_newest: Annotated[Whole, Place()] = Field(
        10_000,
        ge=1,
        description="So many decisions stay, however old: a bot at rest keeps its past.",
    )

    @model_validator(mode="after")
    def _bundles_leave_first(self) -> "RetentionGroup":
        if self.bundle_days > self.ledger_days:
            raise ValueError("retention.bundle_days must not be above retention.ledger_days")
        return self

    def values(self) -> RetentionPlan:
        return RetentionPlan(**self.model_dump())
