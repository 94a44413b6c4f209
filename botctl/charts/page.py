"""One HTML file with everything in it: it opens from a disk, prints, and follows light or dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = """
:root{--paper:#fff;--ink:#1b1f24;--dim:#6a737d;--rule:#e1e4e8;--line:#0b63ce;--gain:#1a7f37;--loss:#cf222e}
@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--dim:#8b949e;--rule:#30363d;
--line:#58a6ff;--gain:#3fb950;--loss:#f85149}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.5rem;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}
p{margin:.2rem 0;color:var(--dim)}
dl{display:flex;flex-wrap:wrap;gap:1rem 2rem;margin:1rem 0}dt{color:var(--dim);font-size:.85rem}
dd{margin:0;font-size:1.2rem;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--dim);font-weight:500}.right{text-align:right}
svg{width:100%;height:auto;font:11px system-ui,sans-serif}
svg text{fill:var(--dim)}svg .name{text-anchor:end}
.grid{stroke:var(--rule)}.zero{stroke:var(--dim)}
.line{fill:none;stroke:var(--line);stroke-width:1.5}.area{fill:var(--loss);opacity:.18}
.bar{fill:var(--line)}.gain{fill:var(--gain)}.loss{fill:var(--loss)}.dot{fill:transparent}
.dot:hover{fill:var(--line)}
"""


@dataclass(frozen=True, slots=True)
class Section:
    """`body` is HTML already."""

    title: str
    body: str


def page(
    title: str, told: Sequence[str], figures: Sequence[tuple[str, str]], sections: Sequence[Section]
) -> str:
    """`told` and `figures` are text: whatever stands in them is escaped."""
    facts = "".join(f"<div><dt>{escape(n)}</dt><dd>{escape(v)}</dd></div>" for n, v in figures)
    lines = "".join(f"<p>{escape(line)}</p>" for line in told)
    parts = "".join(f"<section><h2>{escape(s.title)}</h2>{s.body}</section>" for s in sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<header><h1>{escape(title)}</h1>{lines}</header><dl>{facts}</dl>{parts}</body></html>\n"
    )


def rows_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()
) -> str:
    if not rows:
        return "<p>none</p>"
    head = "".join(_cell("th", text, i in right) for i, text in enumerate(headers))
    body = "".join(
        f"<tr>{''.join(_cell('td', text, i in right) for i, text in enumerate(row))}</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(tag: str, text: str, right: bool) -> str:
    side = ' class="right"' if right else ""
    return f"<{tag}{side}>{escape(text)}</{tag}>"
