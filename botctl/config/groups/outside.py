"""What is not ours to see: services that judge tokens, and the operator's own list of traps."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from botctl.config.groups.base import Group
from botctl.config.kinds import Hash32Text, Listed, Place, Secret, Whole
from botctl.config.values import EnrichValues, GateValues, SourceValues
from botctl.core.sellability.codes import SellCode
from botctl.core.units import BPS_ONE, Hash32

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_KEY: Final = re.compile(r"[\x21-\x7e]*")
_CODE: Final = "SERVICE_"
SOURCES_MAX: Final = 8


class SourceKind(StrEnum):
    GOPLUS = "goplus"
    HONEYPOT_IS = "honeypot_is"
    EXPLORER = "explorer"


class Silent(StrEnum):
    IGNORE = "ignore"
    REFUSE = "refuse"


def _service_url(url: str) -> str:
    """Says nothing of the URL itself. Plain http would show the key to whoever listens."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port != 0
    except ValueError:
        raise ValueError("the url is malformed") from None
    if not parts.hostname or not port_is_fine or not _KEY.fullmatch(url):
        raise ValueError("write the url as https://host or https://host/path")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("write the url with https: http is for this machine alone")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("the url must not hold a user or a query; the key goes into `key`")
    return url


def _key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("the key holds a blank, a control or a non-ascii character")
    return key


class SourceGroup(Group):
    """One service; it learns which tokens are about to be traded."""

    kind: SourceKind = Field(description="goplus, honeypot_is or explorer (Etherscan's API v2).")
    url: Annotated[str, AfterValidator(_service_url)] = Field(
        description="https://host; of an explorer with the path of its API."
    )
    key: Annotated[str, AfterValidator(_key)] = Field("", description="Its API key; empty: none.")

    def values(self) -> SourceValues:
        return SourceValues(kind=self.kind.value, url=self.url, key=self.key)


def _each_once(sources: tuple[SourceGroup, ...]) -> tuple[SourceGroup, ...]:
    """A source is called by its kind."""
    if len({source.kind for source in sources}) != len(sources):
        raise ValueError("name each kind of service once")
    return sources


def _service_codes(codes: Sequence[str]) -> tuple[str, ...]:
    known = {code.value for code in SellCode if code.startswith(_CODE)}
    if unknown := [code for code in codes if code not in known]:
        raise ValueError(f"{unknown[0][:40]!r} is no SERVICE_ code of runbooks/sellability.md")
    return tuple(codes)


ServiceCodes = Annotated[tuple[str, ...], Listed, AfterValidator(_service_codes)]


class EnrichGroup(Group):
    """Services that may speak against a token. They make the gate stricter, never laxer."""

    sources: Annotated[tuple[SourceGroup, ...], Listed, AfterValidator(_each_once), Secret()] = (
        Field(
            (),
            max_length=SOURCES_MAX,
            description="Tables [[enrich.sources]] of kind, url and key. None: nobody is told what we look at.",
        )
    )
    deadline_ms: Whole = Field(
        1_500, ge=100, le=20_000, description="For all services together; who is late is silent."
    )
    tokens_max: Whole = Field(
        20, ge=1, le=100, description="Tokens that one service is asked about at once."
    )
    cache_s: Whole = Field(300, ge=0, description="How long an answer is believed within one run.")
    silent: Silent = Field(
        Silent.IGNORE,
        description="ignore, or refuse: no entry while any of the services has not spoken.",
    )
    also_refuse: ServiceCodes = Field(
        (), description="SERVICE_ codes that are warnings by default and shall refuse an entry."
    )
    only_warn: ServiceCodes = Field(
        (), description="SERVICE_ codes that refuse by default and shall only be told."
    )
    holder_max_bps: Whole = Field(
        1_500, ge=0, le=BPS_ONE, description="More of the supply with one person is told: 15 %."
    )
    lp_unlocked_max_bps: Whole = Field(
        5_000, ge=0, le=BPS_ONE, description="More of the pool that one person can pull is told."
    )

    def values(self) -> EnrichValues:
        own = self.model_dump(exclude={"sources", "silent"})
        return EnrichValues(
            sources=tuple(source.values() for source in self.sources),
            silent_refuses=self.silent is Silent.REFUSE,
            **own,
        )


class GateGroup(Group):
    """What the gate refuses without looking further."""

    trap_code_hashes: Annotated[tuple[Hash32Text, ...], Listed] = Field(
        (),
        description="Keccak hashes of codes (`botctl check --json` tells them), behind proxies too.",
    )
    trap_code_file: Annotated[str, Place()] = Field(
        "", description="More of them: one hash a line, # and a comment; unreadable: no entries."
    )

    def values(self, trap_code_file: str) -> GateValues:
        return GateValues(
            trap_code_hashes=tuple(map(Hash32, self.trap_code_hashes)),
            trap_code_file=trap_code_file,
        )
