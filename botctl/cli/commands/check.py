from collections.abc import Iterator
from typing import Annotated

import typer

from botctl.cli.completion import markets
from botctl.cli.frame import finish, opened
from botctl.cli.options import AsJson, ConfigPath
from botctl.cli.show import ether
from botctl.cli.tables import Cell, pairs, table
from botctl.cli.terminal import GREEN, RED, YELLOW, bold
from botctl.core.sellability.codes import Severity
from botctl.core.sellability.opinion import Opinion
from botctl.core.sellability.proof import Sale
from botctl.core.sellability.static import has_live_owner
from botctl.flows.check import CheckReport, Verdict, check

What = Annotated[
    str,
    typer.Argument(
        metavar="TOKEN|PAIR",
        help="An address, or a symbol that was scanned.",
        autocompletion=markets,
    ),
]
STYLES = {Verdict.CLEAR: GREEN, Verdict.WARNED: YELLOW, Verdict.REFUSED: RED}
SEVERITIES = {Severity.REFUSE: RED, Severity.WARN: YELLOW}


def command(
    ctx: typer.Context,
    what: What,
    config: ConfigPath = None,  # noqa: ARG001  read through the context
    json: AsJson = False,  # noqa: ARG001
) -> None:
    """What its code can do, what a buy and a sell bring now and later, and what its owner could do.

    Nothing is sent: everything is simulated at one block. Exit status 1: it would not be entered.

    Example: botctl check 0x6982508145454ce325ddbe47a25d4ec3d2311933
    """
    with opened(ctx) as rt:
        report = check(rt, what)
    finish(ctx, report, _lines, 1 if report.verdict is Verdict.REFUSED else 0)


def _lines(report: CheckReport) -> Iterator[str]:
    market, m, facts = report.market, report.measures, report.facts
    yield from pairs(
        [
            ("verdict", Cell(report.verdict, STYLES[report.verdict])),
            ("token", f"{market.token} {market.symbol or ''} {market.name or ''}"),
            ("pair", market.pair),
            ("block", f"{report.block.number} {report.block.hash}"),
            ("tried with", f"{ether(report.amount_wei)} ether"),
            ("taxes", f"buy {_bps(m.buy_tax_bps)}, sell {_bps(m.sell_tax_bps)}"),
            ("liquidity", "-" if m.liquidity_usd is None else f"{m.liquidity_usd} USD"),
            ("LP locked", _bps(m.lp_locked_bps)),
            ("insiders hold", f"{_bps(m.insiders_bps)} (owner, launcher, the token, big buyers)"),
            ("owner", _owner(report)),
            ("code", f"{facts.token_code_hash or 'none'}, proxy: {report.code.proxy.kind}"),
            ("powers", " ".join(report.code.powers) or "none known"),
        ]
    )
    if report.findings:
        yield bold("\nFindings")
        rows = [
            (Cell(f.severity, SEVERITIES[f.severity]), f.code, f.words, f.said)
            for f in report.findings
        ]
        yield from table(("", "code", "what", "the token said"), rows)
    yield bold("\nSimulated sales")
    sales = [report.proof.now, *report.proof.ladder]
    sales += [] if report.proof.opinion is None else [report.proof.opinion]
    headers = ("sale", "blocks on", "outcome", "buy tax", "sell tax", "gas")
    yield from table(headers, [_sale(sale) for sale in sales])
    used = sum(use.accepted > 0 for use in report.proof.owner.powers)
    yield f"owner's powers: {used} of {len(report.proof.owner.powers)} were accepted when used"
    if report.opinions:
        yield bold("\nServices")
        yield from table(("service", "says"), [(one.source, _said(one)) for one in report.opinions])


def _said(opinion: Opinion) -> str:
    """Every claim, also those within the caps, which are no findings."""
    if opinion.silent is not None:
        return f"nothing: {opinion.silent}"
    claims = (f"{c.code}{'' if c.bps is None else f' {_bps(c.bps)}'}" for c in opinion.claims)
    return ", ".join(claims) or "nothing against it"


def _sale(sale: Sale) -> tuple[str, ...]:
    return (
        sale.name,
        str(sale.blocks),
        sale.outcome,
        _bps(sale.buy_tax_bps),
        _bps(sale.sell_tax_bps),
        str(sale.sell_gas),
    )


def _owner(report: CheckReport) -> str:
    owner = report.facts.owner
    if owner is None:
        return "none to be read"
    return owner if has_live_owner(owner) else f"{owner} (renounced)"


def _bps(bps: int | None) -> str:
    """Hundredths of a percent, as percent."""
    return "unknown" if bps is None else f"{bps // 100}.{bps % 100:02} %"
