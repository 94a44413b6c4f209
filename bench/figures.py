"""A figure: what botctl took, what the limit or the peer took, and the mark that was set for it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from bench.harness import Rounds

UNITS = {"ms": 1e3, "us": 1e6}
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """`at_most` or, when `at_least` is set, the other way round; both are ratios."""

    bound: float
    stretch: float | None = None
    at_least: bool = False

    def met(self, ratio: float, bound: float | None = None) -> bool:
        wanted = self.bound if bound is None else bound
        return ratio >= wanted if self.at_least else ratio <= wanted

    def verdict(self, ratio: float) -> str:
        if self.stretch is not None and self.met(ratio, self.stretch):
            return f"met, and the stretch of {self._sign}{self.stretch:g}x"
        off = abs(ratio / self.bound - 1) * PERCENT
        if self.met(ratio):
            return f"met with {off:.0f} % to spare"
        return f"MISSED by {off:.0f} %"

    @property
    def wanted(self) -> str:
        return f"{self._sign} {self.bound:g}x"

    @property
    def _sign(self) -> str:
        return "≥" if self.at_least else "≤"


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is ours over `against`, taken round by round; times in `unit`."""

    what: str
    value: float
    unit: str
    against: str = ""
    other: float | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    spread: float | None = None
    mark: Mark | None = None

    @property
    def verdict(self) -> str:
        return "" if self.mark is None or self.ratio is None else self.mark.verdict(self.ratio)

    def document(self) -> dict[str, object]:
        return {**asdict(self), "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence between the figures: how it was measured, or what follows from it."""

    text: str

    def document(self) -> dict[str, object]:
        return {"note": self.text}


Line = Figure | Note


def compared(  # noqa: PLR0913  a table's columns
    rounds: Rounds,
    case: str,
    to: str,
    *,
    unit: str = "ms",
    per: int = 1,
    mark: Mark | None = None,
    what: str = "",
) -> Figure:
    """`per`: how many pieces of work one sample holds; both sides hold as many."""
    scale = UNITS[unit] / per
    return Figure(
        what=what or case,
        value=rounds.wall_s(case) * scale,
        unit=unit,
        against=to,
        other=rounds.wall_s(to) * scale,
        ratio=rounds.wall_ratio(case, to),
        cpu_ratio=rounds.cpu_ratio(case, to),
        spread=rounds.spread(case),
        mark=mark,
    )


def speed_up(rounds: Rounds, case: str, to: str, *, mark: Mark | None = None) -> Figure:
    """How many times longer `to` takes."""
    cpu = rounds.cpu_ratio(to, case)
    return Figure(
        what=f"{case}: how much faster than {to}",
        value=rounds.wall_s(case) * UNITS["ms"],
        unit="ms",
        against=to,
        other=rounds.wall_s(to) * UNITS["ms"],
        ratio=rounds.wall_ratio(to, case),
        cpu_ratio=cpu,
        spread=rounds.spread(case),
        mark=mark,
    )


def table(lines: Iterable[Line]) -> Iterator[str]:
    yield (f"  {'':54}{'botctl':>12}{'against':>12}{'ratio':>9}{'by cpu':>9}{'spread':>8}  mark")
    for line in lines:
        yield f"    {line.text}" if isinstance(line, Note) else _row(line)


def _row(figure: Figure) -> str:
    mark = f"{figure.mark.wanted}: {figure.verdict}" if figure.mark else ""
    against = f"  ({figure.against})" if figure.against else ""
    cells = (
        f"{figure.value:,.2f} {figure.unit}",
        "" if figure.other is None else f"{figure.other:,.2f} {figure.unit}",
        "" if figure.ratio is None else f"{figure.ratio:.2f}x",
        "" if figure.cpu_ratio is None else f"{figure.cpu_ratio:.2f}x",
        "" if figure.spread is None else f"{figure.spread * PERCENT:.0f} %",
    )
    widths = (12, 12, 9, 9, 8)
    row = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"  {figure.what:54}{row}  {mark}{against}".rstrip()
