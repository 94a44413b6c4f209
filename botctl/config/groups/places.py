"""The wallet and the disk: the key we sign with, and where state lies."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, field_validator

from botctl.config.environment import PASSPHRASE_VARIABLE
from botctl.config.groups.base import Group
from botctl.config.kinds import AddressText, Place, Secret, Whole
from botctl.config.values import PassphraseSource, StorageValues, WalletValues
from botctl.core.units import Address

# The last 20 bytes of sha256("botctl paper wallet"): nobody has its key, so nobody's trades mix in.
PAPER_WALLET: Final = "0x2f13918544a000a53f1ec5c7812bfae536b3fd4d"
_DATABASE: Final = re.compile(r"sqlite:///.|postgresql(\+psycopg)?://.")


def _database_url(url: str) -> str:
    """Says nothing of the URL itself: it may hold a password."""
    if not _DATABASE.match(url):
        raise ValueError("write sqlite:///file.db or postgresql://user:password@host/name")
    return url


class WalletGroup(Group):
    """The address that trades; its key is only ever an encrypted keystore file."""

    address: AddressText = Field(
        PAPER_WALLET,
        description="The wallet. Default: an address without a key, good for paper alone.",
    )
    keystore: Annotated[str, Place()] = Field(
        "keystore.json",
        min_length=1,
        description="Encrypted key file (`botctl keystore new`), beside this file, mode 0600.",
    )
    passphrase_from: PassphraseSource = Field(
        PassphraseSource.ENV,
        description="env, fd (an open file descriptor) or keyring (the system's); never this file.",
    )
    passphrase_env: Annotated[str, Place()] = Field(
        PASSPHRASE_VARIABLE, min_length=1, description="The environment variable, for env."
    )
    passphrase_fd: Whole = Field(3, ge=3, description="The file descriptor, for fd.")
    passphrase_keyring: Annotated[str, Place()] = Field(
        "botctl", min_length=1, description="The service name in the keyring, for keyring."
    )

    @field_validator("passphrase_env")
    @classmethod
    def _is_not_a_setting(cls, name: str) -> str:
        """Settings enter hashes and a cache's file name: no passphrase may look like one."""
        if name.upper().startswith("BOTCTL_") and name != PASSPHRASE_VARIABLE:
            raise ValueError(
                f"use {PASSPHRASE_VARIABLE}, or a name that does not begin with BOTCTL_"
            )
        return name

    def values(self, keystore: str) -> WalletValues:
        return WalletValues(
            address=Address(self.address),
            keystore=keystore,
            passphrase_from=self.passphrase_from,
            passphrase_env=self.passphrase_env,
            passphrase_fd=self.passphrase_fd,
            passphrase_keyring=self.passphrase_keyring,
        )


class StorageGroup(Group):
    """The database, and the folders beside it; relative to this file."""

    url: Annotated[str, AfterValidator(_database_url), Place(), Secret()] = Field(
        "sqlite:///state/botctl.db",
        description="SQLite needs no server; postgresql://user:password@host/name for PostgreSQL.",
    )
    busy_ms: Whole = Field(
        5_000, gt=0, description="How long a locked database is waited for; a commit takes 1 ms."
    )
    state_dir: Annotated[str, Place()] = Field(
        "state", min_length=1, description="Locks, and SQLite."
    )
    bundles_dir: Annotated[str, Place()] = Field(
        "state/bundles", min_length=1, description="Where decisions are exported as single files."
    )
    backups_dir: Annotated[str, Place()] = Field(
        "state/backups",
        min_length=1,
        description="Every schema upgrade leaves a backup here first.",
    )
    archive_dir: Annotated[str, Place()] = Field(
        "state/archive",
        min_length=1,
        description="Old decisions and bundles as Parquet files; part of the books: copy it too.",
    )

    def values(
        self, url: str, state_dir: str, bundles_dir: str, backups_dir: str, archive_dir: str
    ) -> StorageValues:
        return StorageValues(
            url=url,
            busy_ms=self.busy_ms,
            state_dir=state_dir,
            bundles_dir=bundles_dir,
            backups_dir=backups_dir,
            archive_dir=archive_dir,
        )
