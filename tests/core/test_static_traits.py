"""What instructions tell of a code: each trait is seen where it is, and not where it is not."""

import json

import pytest

from botctl.adapters.devnet import install
from botctl.adapters.devnet.artifacts import FACTORY, PAIR, ROUTER, ours
from botctl.core.sellability.traits import SEES_SIMULATION, Trait, traits

SEEN = {
    Trait.SELFDESTRUCT: "33ff",
    Trait.CALLCODE: "5f5f5f5f5f335af200",
    Trait.DELEGATECALL: "5f5f5f5f5f545af400",
    Trait.DELEGATECALL_FIXED: "5f5f5f5f73bebebebebebebebebebebebebebebebebebebebe5af400",
    Trait.DELEGATECALL_SELF: "5f5f5f5f305af400",
    Trait.CREATE: "5f5f5ff000",
    Trait.CREATE2: "5f5f5f5ff500",
    Trait.ORIGIN: "3200",
    Trait.GASPRICE: "3a00",
    Trait.BASEFEE: "4800",
    Trait.COINBASE: "4100",
    Trait.PREVRANDAO: "4400",
    Trait.BLOCKHASH: "5f4000",
    Trait.TIMESTAMP: "4200",
    Trait.NUMBER: "4300",
    Trait.EXTCODE_OF_CALLER: "333b00",
    Trait.EXTCODEHASH: "5f543f00",
    Trait.BALANCE_OF_OTHER: "5f543100",
    Trait.GAS_COMPARED: "5a61ffff1000",
}
HARMLESS = {
    "its own balance": "303100",
    "whether a contract that is called has code": "5f543b00",
    "gas that is handed on": "5f5f5f5f5f5f545afa00",
    "a comparison of something else": "345a5061ffff1000",
}


@pytest.mark.parametrize("trait", sorted(SEEN))
def test_a_trait_is_seen_alone(trait: Trait) -> None:
    assert traits(bytes.fromhex(SEEN[trait])) == {trait}


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
def test_what_every_honest_contract_does_is_no_trait(code: str) -> None:
    assert traits(bytes.fromhex(code)) == frozenset()


@pytest.mark.parametrize(
    ("code", "trait"),
    [
        ("3373ffffffffffffffffffffffffffffffffffffffff163b00", Trait.EXTCODE_OF_CALLER),
        ("333f00", Trait.EXTCODE_OF_CALLER),
        ("5a60649003 61ffff1100", Trait.GAS_COMPARED),
    ],
)
def test_a_value_is_followed_through_masks_and_sums(code: str, trait: Trait) -> None:
    assert trait in traits(bytes.fromhex(code))


def test_a_block_that_takes_values_from_before_it_is_read_all_the_same() -> None:
    assert traits(bytes.fromhex("5b 90 50 82 31 00")) == {Trait.BALANCE_OF_OTHER}


def test_our_tokens_have_the_traits_of_their_sources() -> None:
    assert traits(_ours("PlainToken")) == frozenset()
    assert traits(_ours("Destructible")) == {Trait.SELFDESTRUCT}
    assert traits(_ours("Launcher")) == {Trait.CREATE, Trait.TIMESTAMP}


def test_uniswap_cannot_see_a_simulation() -> None:
    for package, path in (FACTORY, PAIR, ROUTER):
        artifact = json.loads(install.contract_json(package, path).read_bytes())
        found = traits(bytes.fromhex(artifact["evm"]["deployedBytecode"]["object"]))
        assert not found & SEES_SIMULATION
        assert not found - {Trait.TIMESTAMP, Trait.CREATE2}


def test_every_trait_but_that_of_the_walk_is_tried() -> None:
    assert SEEN.keys() == frozenset(Trait) - {Trait.UNNAMED_WRITE}


def _ours(name: str) -> bytes:
    return bytes.fromhex(ours(name).runtime[2:])
