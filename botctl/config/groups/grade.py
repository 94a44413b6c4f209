"""What became of refused and taken markets, and when that is told as rugged or as run."""

from pydantic import Field

from botctl.config.groups.base import Group
from botctl.config.kinds import Whole
from botctl.core.grading import GradeRules
from botctl.core.units import BPS_ONE

MS = 1_000


class GradeGroup(Group):
    """How decisions are followed up and graded; none of it changes a decision."""

    again_s: Whole = Field(
        3_600,
        gt=0,
        description="A market is followed anew for the same reason only after it: hourly says enough.",
    )
    rug_drop_bps: Whole = Field(
        9_000,
        gt=0,
        le=BPS_ONE,
        description="A pool that lost so much of its quote side counts as rugged: nobody sells well there.",
    )
    ran_bps: Whole = Field(
        10_000,
        gt=0,
        description="A gain, after what a sale would really bring, that counts as a run: doubled.",
    )
    sample_min: Whole = Field(
        30,
        gt=0,
        description="Independent looks before a verdict: with fewer an interval says little.",
    )

    def values(self) -> GradeRules:
        return GradeRules(
            again_ms=self.again_s * MS,
            rug_drop_bps=self.rug_drop_bps,
            ran_bps=self.ran_bps,
            sample_min=self.sample_min,
        )
