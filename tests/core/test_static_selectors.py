"""The functions that a code's dispatcher really has, against those that its compiler names."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.adapters.devnet import install
from botctl.adapters.devnet.artifacts import FACTORY, PAIR, ROUTER, WETH
from botctl.adapters.devnet.compile import SOURCE_DIRS
from botctl.adapters.evm.hashing import keccak256
from botctl.core.sellability.code_facts import code_facts
from botctl.core.sellability.entry import entry
from botctl.core.sellability.opcodes import Op
from botctl.core.sellability.power_names import NAMES
from botctl.core.sellability.powers import Power
from botctl.core.sellability.selectors import NEEDED, SIGNATURES, TRANSFER, names_of, powers_of
from botctl.core.sellability.traits import Trait

OURS: Final = sorted(p for folder in SOURCE_DIRS.values() for p in folder.glob("*.json"))
DEPLOYED: Final = ("evm", "deployedBytecode", "object")
INSTALLED: Final = (
    (*FACTORY, DEPLOYED),
    (*PAIR, DEPLOYED),
    (*ROUTER, DEPLOYED),
    (*WETH, ("deployedBytecode",)),
)
# PUSH1 0 CALLDATALOAD PUSH1 224 SHR
LOAD: Final = "60003560e01c"
SELECTORS = st.integers(min_value=1, max_value=2**32 - 1)


def _abi_selectors(abi: list[Mapping[str, object]]) -> set[int]:
    return {_selector(_signature(each)) for each in abi if each["type"] == "function"}


def _signature(function: Mapping[str, object]) -> str:
    inputs = function["inputs"]
    assert isinstance(inputs, list)
    return f"{function['name']}({','.join(_type(each) for each in inputs)})"


def _type(value: Mapping[str, object]) -> str:
    name, parts = str(value["type"]), value.get("components")
    if not isinstance(parts, list):
        return name
    return f"({','.join(_type(part) for part in parts)}){name.removeprefix('tuple')}"


def _selector(signature: str) -> int:
    return int.from_bytes(keccak256(signature.encode("ascii"))[:4])


def _entries() -> Iterator[tuple[Power, str, str]]:
    for power, text in NAMES.items():
        for each in text.split():
            signature, _, selector = each.rpartition("=")
            yield power, signature, selector


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_the_functions_of_our_contracts_are_those_of_their_abi(path: Path) -> None:
    artifact = json.loads(path.read_bytes())
    met = entry(bytes.fromhex(artifact["runtime"][2:]))
    assert met.is_clear
    assert met.selectors == _abi_selectors(artifact["abi"])


@pytest.mark.parametrize(("package", "path", "keys"), INSTALLED, ids=lambda each: str(each)[-24:])
def test_the_functions_of_uniswap_and_weth_are_those_of_their_abi(
    package: str, path: str, keys: tuple[str, ...]
) -> None:
    artifact = json.loads(install.contract_json(package, path).read_bytes())
    code = artifact
    for key in keys:
        code = code[key]
    met = entry(bytes.fromhex(code.removeprefix("0x")))
    assert met.is_clear
    assert met.selectors == _abi_selectors(artifact["abi"])


def test_wrapped_ether_takes_money_without_being_called_by_name() -> None:
    artifact = json.loads(install.contract_json(*WETH).read_bytes())
    facts = code_facts((bytes.fromhex(artifact["deployedBytecode"][2:]),))
    assert Trait.UNNAMED_WRITE in facts.traits
    assert set(facts.selectors) >= NEEDED


# Each compares the selector on the stack with 0xc0ffee01 and jumps to 0x60, or stays, when it is.
COMPARISONS = {
    "EQ": "80 63c0ffee01 14 6060 57",
    "EQ, selector on top": "63c0ffee01 81 14 6060 57",
    "SUB, jumps to the next": "80 63c0ffee01 90 03 6070 57",
    "XOR, jumps to the next": "63c0ffee01 81 18 6070 57",
    "ISZERO of XOR": "63c0ffee01 81 18 15 6060 57",
    "twice ISZERO of EQ": "80 63c0ffee01 14 15 15 6060 57",
    "ADD of the negative": "80 7fffffffffffffffffffffffffffffffffffffffffffffffffffffffff3f0011ff 01 6070 57",
    "EQ and something else": "80 63c0ffee01 14 34 16 6060 57",
    "XOR or something else": "80 63c0ffee01 18 34 17 6070 57",
    "masked again": "80 63ffffffff 16 63c0ffee01 14 6060 57",
    "shifted to the left": "80 60e01b 7fc0ffee0100000000000000000000000000000000000000000000000000000000 14 6060 57",
}
LOADS = {
    "SHR": LOAD,
    "PUSH0": "5f3560e01c",
    "DIV": "7c0100000000000000000000000000000000000000000000000000000000 600035 04",
    "DIV by EXP": "60e0600260000a50 60e06002 0a 600035 04",
    "no return data": "3d3560e01c",
    "through memory": "600460006000 37 600051 60e01c",
    "into the end of a word": "60046000601c 37 600051",
}


def _program(load: str, comparison: str) -> bytes:
    """The function's body at 0x60, what other calls meet at 0x70; each only stops."""
    body = bytes([Op.JUMPDEST, Op.STOP])
    return bytes.fromhex(load + comparison).ljust(0x60, b"\0") + body.ljust(0x10, b"\0") + body


@pytest.mark.parametrize("comparison", COMPARISONS.values(), ids=COMPARISONS)
def test_a_function_is_found_however_its_selector_is_compared(comparison: str) -> None:
    met = entry(_program(LOAD, comparison))
    assert met.selectors == {0xC0FFEE01}
    assert met.is_clear


@pytest.mark.parametrize("load", LOADS.values(), ids=LOADS)
def test_a_function_is_found_however_the_selector_is_loaded(load: str) -> None:
    met = entry(_program(load, COMPARISONS["EQ"]))
    assert met.selectors == {0xC0FFEE01}
    assert met.is_clear


@settings(deadline=None)
@given(st.sets(SELECTORS, min_size=1, max_size=40))
def test_any_set_of_functions_in_a_row_is_found(selectors: set[int]) -> None:
    rows = b"".join(
        bytes.fromhex(f"8063{each:08x}14610000") + bytes([Op.JUMPI]) for each in selectors
    )
    assert entry(bytes.fromhex(LOAD) + rows).selectors == selectors


@settings(deadline=None)
@given(SELECTORS)
def test_a_number_that_the_selector_is_not_compared_with_is_no_function(number: int) -> None:
    pushed = bytes.fromhex(f"63{number:08x}50") + bytes.fromhex(f"63{number:08x}3414600057")
    assert entry(bytes.fromhex(LOAD) + pushed).selectors == set()


UNCLEAR = {
    "a jump to a number made from the selector": LOAD + "600301 56",
    "a choice by an unknown function of the selector": LOAD + "60030260aa14 6000 57",
    "a choice by its hash": "600035 600052 60206000 20 60aa14 6000 57",
    "a choice by a byte of it": LOAD + "601f1a 60aa14 6000 57",
    "a choice by the call data one byte on": "600135 60f81c 60aa14 6000 57",
    "a choice by what lies in memory after a write nobody knows where": "5f355f52 333452 5f51 6000 57",
    "a choice by what lies at an unknown place": "5f355f52 3451 6000 57",
    "a jump to what storage says": "600054 56",
    "an instruction that is newer than this": "0c",
    "steps without end": "5f5b600101600156",
}


@pytest.mark.parametrize("code", UNCLEAR.values(), ids=UNCLEAR)
def test_a_dispatcher_that_cannot_be_followed_is_told_and_not_guessed(code: str) -> None:
    assert not entry(bytes.fromhex(code)).is_clear


def test_a_loop_that_knows_nothing_new_ends() -> None:
    assert entry(bytes.fromhex("5b600056")).is_clear


def test_the_walk_ends_where_every_step_doubles_the_ways() -> None:
    """Each jump leaves another stack: without a limit there are two to the 300th ways."""
    assert not entry(b"".join(_doubling(at) for at in range(0, 3600, 12))).is_clear


def _doubling(at: int) -> bytes:
    """PUSH1 1, and over a jump that may be taken, PUSH1 2 in its stead."""
    code = bytes.fromhex("6001 34 61") + (at + 10).to_bytes(2) + bytes.fromhex("57 5060 02 5b 5b")
    assert len(code) == 12
    return code


def test_a_listed_selector_is_the_hash_of_its_signature() -> None:
    wrong = [each for each in _entries() if f"{_selector(each[1]):08x}" != each[2]]
    assert wrong == []


def test_every_power_has_names_and_no_name_has_two_powers() -> None:
    assert NAMES.keys() == frozenset(Power)
    listed = [signature for _, signature, _ in _entries()]
    assert len(listed) == len(set(listed)) == sum(map(len, SIGNATURES.values()))


@pytest.mark.parametrize("power", Power)
def test_a_power_is_known_by_each_of_its_names(power: Power) -> None:
    for selector, signature in SIGNATURES[power].items():
        assert powers_of([selector]) == (power,)
        assert names_of(power, [TRANSFER, selector]) == (signature,)


def test_what_a_swap_calls_is_needed_and_no_power() -> None:
    signatures = (
        "transfer(address,uint256)",
        "transferFrom(address,address,uint256)",
        "approve(address,uint256)",
        "balanceOf(address)",
    )
    assert {f"{_selector(signature):08x}" for signature in signatures} == NEEDED
    assert powers_of(NEEDED) == ()
