"""Services cost a start nothing: their side is loaded when one is configured and first asked."""

import subprocess
import sys

SHOW = """
import sys
from types import SimpleNamespace
import botctl.wiring.runtime
from botctl.wiring.outside import Outside
print(*sorted(sys.modules), sep=" ")
config = SimpleNamespace(enrich=SimpleNamespace(sources=()))
Outside(config)().opinions(["0x"], 1)
print(*sorted(sys.modules), sep=" ")
"""


def test_nothing_of_services_is_loaded_before_it_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    at_start, asked_nobody = (set(line.split()) for line in done.stdout.splitlines())
    of_gate = {
        "botctl.core.sellability.opinion",
        "botctl.ports.enrich",
        "botctl.adapters.trap_list",
    }
    assert at_start & of_gate == set()
    for loaded in (at_start, asked_nobody):
        assert {name for name in loaded if name.startswith("botctl.adapters.enrich")} == set()
        assert loaded & {"httpx", "ssl", "http.client", "requests"} == set()
