"""Who may do what over HTTP: a viewer reads, an operator also acts."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"


_RANK: Final = {Role.VIEWER: 0, Role.OPERATOR: 1}


def allows(has: Role, needs: Role) -> bool:
    return _RANK[has] >= _RANK[needs]
