"""A report as one JSON document with stable keys and stable types."""

import json

from botctl.cli.terminal import is_terminal
from botctl.faces.document import AMOUNTS, jsonable


def document(report: object) -> str:
    """Indented for a person, one line for a program."""
    indent = 2 if is_terminal() else None
    return json.dumps(jsonable(report), indent=indent, ensure_ascii=False)


__all__ = ["AMOUNTS", "document", "jsonable"]
