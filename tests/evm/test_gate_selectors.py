"""The gate's own constants are the hashes of the signatures that stand beside them."""

import inspect
import re

import pytest

from botctl.adapters.evm import gate_selectors
from botctl.adapters.evm.hashing import keccak256

LINES = re.findall(
    r'^(\w+): Final = "(\w+)"  # (\S+)$', inspect.getsource(gate_selectors), re.MULTILINE
)


def test_every_constant_has_its_signature() -> None:
    assert {name for name, _, _ in LINES} == {n for n in vars(gate_selectors) if n.isupper()}


@pytest.mark.parametrize(("name", "value", "signature"), LINES)
def test_a_selector_is_the_hash_of_its_signature(name: str, value: str, signature: str) -> None:
    assert value == keccak256(signature.encode()).hex()[:8], name
