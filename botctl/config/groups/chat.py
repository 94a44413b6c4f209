"""Who may ask and command in a Telegram chat."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from botctl.config.groups.alerts import SecretText
from botctl.config.groups.base import Group
from botctl.config.kinds import Listed, Place, Whole
from botctl.config.values import ChatValues
from botctl.core.operators import Person, Role

PEOPLE_MAX: Final = 50
GROUPS_MAX: Final = 10


class PersonGroup(Group):
    """One person; `/start` in the chat tells them their id."""

    id: Whole = Field(gt=0, description="Telegram's number of the user.")
    role: Role = Field(description="viewer or operator.")
    name: str = Field(min_length=1, max_length=40, description="How records name them.")

    def values(self) -> Person:
        return Person(self.id, self.role, self.name)


def _each_once(people: tuple[PersonGroup, ...]) -> tuple[PersonGroup, ...]:
    if len({person.id for person in people}) != len(people):
        raise ValueError("name each id once: two roles for one person would be a guess")
    return people


def _are_groups(ids: tuple[int, ...]) -> tuple[int, ...]:
    """People are named in allow: a private chat needs no line here."""
    if any(chat >= 0 for chat in ids):
        raise ValueError("the id of a group is negative, such as -1001234567890")
    return ids


class ChatGroup(Group):
    """`botctl chat`: status, reasons and the switch in Telegram. Without allow nobody is answered."""

    token: SecretText = Field(
        "", description="The bot's token (from @BotFather); empty: alerts.telegram_token."
    )
    token_keyring: Annotated[str, Place()] = Field(
        "",
        description="Service name in the system's keyring that holds it as user `telegram`; goes first.",
    )
    allow: Annotated[tuple[PersonGroup, ...], Listed, AfterValidator(_each_once), Place()] = Field(
        (),
        max_length=PEOPLE_MAX,
        description="Tables [[chat.allow]] of id, role (viewer, operator) and name.",
    )
    groups: Annotated[tuple[Whole, ...], Listed, AfterValidator(_are_groups), Place()] = Field(
        (), max_length=GROUPS_MAX, description="Group chats in which those people are answered."
    )
    confirm_s: Annotated[Whole, Place()] = Field(
        60, ge=10, le=600, description="How long a confirmation may be pressed."
    )
    late_max_s: Annotated[Whole, Place()] = Field(
        60, ge=10, le=3_600, description="An older order for the switch is not obeyed any more."
    )
    card_s: Annotated[Whole, Place()] = Field(
        5, ge=3, le=60, description="Between two refreshes of /status and /positions."
    )
    card_minutes: Annotated[Whole, Place()] = Field(
        10, ge=1, le=720, description="How long such a message goes on refreshing."
    )
    poll_s: Annotated[Whole, Place()] = Field(
        25, ge=1, le=50, description="How long one request waits for news."
    )

    def values(self) -> ChatValues:
        own = self.model_dump(exclude={"allow"})
        return ChatValues(allow=tuple(person.values() for person in self.allow), **own)
