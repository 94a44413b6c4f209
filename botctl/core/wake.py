"""What starts a cycle between two scheduled ones."""

from enum import StrEnum


class Wake(StrEnum):
    OFF = "off"
    MARKET = "market"  # a new pair of the factory
    HEAD = "head"  # that, and every new block
