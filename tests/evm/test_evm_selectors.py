"""Every constant is the hash of the signature that stands beside it."""

import inspect
import re

import pytest

from botctl.adapters.evm import selectors
from botctl.adapters.evm.hashing import keccak256

LINES = re.findall(r'^(\w+): Final = "(\w+)"  # (\S+)$', inspect.getsource(selectors), re.MULTILINE)


def test_every_constant_has_its_signature() -> None:
    assert {name for name, _, _ in LINES} == {name for name in vars(selectors) if name.isupper()}


@pytest.mark.parametrize(("name", "value", "signature"), LINES)
def test_a_selector_is_the_hash_of_its_signature(name: str, value: str, signature: str) -> None:
    digest = keccak256(signature.encode()).hex()
    assert value == (f"0x{digest}" if value.startswith("0x") else digest[:8]), name
