"""Left alone: how `run` ends, what is backed up and how long it is kept, and when keys are due."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from botctl.config.groups.alerts import SecretText, web_url
from botctl.config.groups.base import Group
from botctl.config.kinds import Flag, Place, Whole
from botctl.config.values import BackupValues, KeysValues, RunValues

_PREFIX: Final = r"^[A-Za-z0-9!_.*'()/-]*$"  # what S3 calls safe in a key's name


class RunGroup(Group):
    """How `botctl run` behaves as a service."""

    drain_s: Annotated[Whole, Place()] = Field(
        60,
        ge=1,
        le=3_600,
        description="Asked to stop, a cycle may finish for so long; a send in flight takes seconds.",
    )

    def values(self) -> RunValues:
        return RunValues(**self.model_dump())


class BackupGroup(Group):
    """What `botctl db backup` does beside writing a file into storage.backups_dir."""

    verify: Annotated[Flag, Place()] = Field(
        default=True,
        description="Each backup is restored into a scratch database before it gets its name.",
    )
    keep_hourly: Annotated[Whole, Place()] = Field(
        24, ge=1, description="Of so many hours that have a backup, the newest one each."
    )
    keep_daily: Annotated[Whole, Place()] = Field(
        14, ge=0, description="And of so many days, beyond those."
    )
    keep_weekly: Annotated[Whole, Place()] = Field(
        8, ge=0, description="And of so many weeks: damage may be noticed late."
    )
    s3_endpoint: Annotated[str, AfterValidator(web_url), Place()] = Field(
        "", description="An S3-compatible storage, as https://host; empty: the folder alone."
    )
    s3_bucket: Annotated[str, Place()] = Field("", description="The bucket; it must exist.")
    s3_prefix: Annotated[str, Place()] = Field(
        "botctl/", pattern=_PREFIX, description="Before each name, so that bots may share a bucket."
    )
    s3_region: Annotated[str, Place()] = Field("us-east-1", description="The bucket's region.")
    s3_key_id: SecretText = Field(
        "", description="Access key id; best in the environment: BOTCTL_BACKUP__S3_KEY_ID."
    )
    s3_secret: SecretText = Field(
        "", description="Its secret; best in the environment: BOTCTL_BACKUP__S3_SECRET."
    )
    s3_timeout_s: Annotated[Whole, Place()] = Field(
        20, ge=1, le=600, description="For one answer of the storage; a refused try is repeated."
    )

    @model_validator(mode="after")
    def _a_storage_is_whole(self) -> "BackupGroup":
        asked = (self.s3_endpoint, self.s3_bucket, self.s3_key_id, self.s3_secret)
        if any(asked) and not all(asked):
            raise ValueError("backup.s3_endpoint, s3_bucket, s3_key_id and s3_secret go together")
        return self

    def values(self) -> BackupValues:
        return BackupValues(**self.model_dump())


class KeysGroup(Group):
    """When a key or an API secret is due to be changed."""

    age_max_days: Annotated[Whole, Place()] = Field(
        180, ge=1, description="An older one is told of once a day's check (tier 3)."
    )

    def values(self) -> KeysValues:
        return KeysValues(**self.model_dump())
