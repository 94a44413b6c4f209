"""What all groups share."""

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """Frozen, and a key that is not a field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
