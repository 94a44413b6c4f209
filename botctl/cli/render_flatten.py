"""How a flatten reads."""

from collections.abc import Iterator

from botctl.flows.flatten import FlattenReport


def flatten_lines(report: FlattenReport) -> Iterator[str]:
    if report.flat:
        yield f"flat: the chain shows none of the {report.of} tokens in the wallet"
    else:
        yield f"flattening: {report.left} of {report.of} left, {report.sells} sells begun now"
    if report.adopted:
        yield f"taken into the books: {', '.join(report.adopted)}"
    if report.given_up:
        yield f"{report.given_up} positions could not be sold and were given up"
