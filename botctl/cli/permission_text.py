"""Permission as every face tells it."""

from botctl.faces.permission_text import permission_line

__all__ = ["permission_line"]
