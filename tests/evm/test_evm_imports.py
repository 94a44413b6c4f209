"""What a cold `botctl cycle` imports to read the chain, and what it must not."""

import subprocess
import sys

import pytest

READING = ("reader", "wallet", "sender", "retry", "calldata", "keystore_file", "agreement")
HEAVY = (
    *("web3", "eth_account", "eth_abi", "eth_utils", "coincurve", "Crypto", "cffi"),
    *("httpx", "requests", "http.client", "ssl", "json", "email", "asyncio", "logging"),
)


def loaded(*modules: str) -> set[str]:
    names = ", ".join(f"botctl.adapters.evm.{module}" for module in modules)
    program = f"import {names}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    return set(done.stdout.split())


def test_reading_the_chain_loads_nothing_heavy() -> None:
    assert loaded(*READING) & set(HEAVY) == set()


@pytest.mark.parametrize("module", ["signer", "tx", "hashing"])
def test_signing_does_not_load_the_keystore_library(module: str) -> None:
    assert loaded(module) & {"web3", "eth_account", "eth_abi", "eth_utils", "ssl"} == set()
