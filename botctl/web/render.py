"""Templates with everything escaped, and the few filters that the pages share with the command line."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from botctl.core.text import printable
from botctl.faces.charts import equity_chart, sparkline
from botctl.faces.permission_text import permission_line
from botctl.faces.show import age, at, ether, gwei, short

STATIC: Final = Path(__file__).parent / "static"
VERSION_CHARS: Final = 12


def plus(amount_wei: int | None) -> str:
    return ether(amount_wei, signed=True)


def bps(share: int | None) -> str:
    """Hundredths of a percent as a percentage."""
    return "-" if share is None else f"{share // 100}.{share % 100:02d} %"


@cache
def version() -> str:
    """Of the style sheet and the script: a browser keeps them until they change."""
    digest = sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:VERSION_CHARS]


class Pages:
    def __init__(self) -> None:
        self._env = Environment(
            loader=PackageLoader("botctl.web"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalised,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters = (ether, plus, at, age, short, gwei, bps, permission_line)
        self._env.filters.update({one.__name__: one for one in filters})
        self._env.globals.update(version=version(), spark=_spark, equity=_equity)
        for name in self._env.list_templates():
            self._env.get_template(name)  # compiled now, so that no first visitor waits for it

    def render(self, name: str, facts: Mapping[str, object]) -> str:
        return self._env.get_template(name).render(**facts)


def _spark(values: list[int], says: str) -> Markup:
    return Markup(sparkline(values, says))  # noqa: S704  made of numbers, its words escaped


def _equity(curve: object) -> Markup:
    return Markup(equity_chart(curve))  # type: ignore[arg-type]  # noqa: S704  the same


def _finalised(value: object) -> object:
    """Symbols are chosen by strangers: no control or direction mark of theirs reaches the page."""
    return printable(value) if type(value) is str else value
