"""Where the code behind a proxy lies, whatever the proxy looks like."""

import pytest

from botctl.adapters.evm.hashing import keccak256
from botctl.core.sellability.code_facts import CHAIN_MAX, code_facts
from botctl.core.sellability.entry import entry
from botctl.core.sellability.proxies import (
    BEACON_SLOT,
    EIP1822_SLOT,
    EIP1967_SLOT,
    ZEPPELIN_SLOT,
    Proxy,
    ProxyKind,
    proxy_of,
)
from botctl.core.sellability.traits import Trait
from botctl.core.units import Address

BEHIND = "bebebebebebebebebebebebebebebebebebebebe"
VANITY = "bebebebebebebebebebebebebebebebe"  # four zero bytes before it
AT = Address("0x" + BEHIND)

# Sources: EIP-1167, EIP-7511, 0age's and Solady's shorter forms, Vyper's create_forwarder_to.
MINIMAL = {
    "eip1167": f"363d3d373d3d3d363d73{BEHIND}5af43d82803e903d91602b57fd5bf3",
    "eip1167 with arguments": f"363d3d373d3d3d363d73{BEHIND}5af43d82803e903d91602b57fd5bf3c0ffee",
    "0age": f"3d3d3d3d363d3d37363d73{BEHIND}5af43d3d93803e602a57fd5bf3",
    "eip7511": f"365f5f375f5f365f73{BEHIND}5af43d5f5f3e5f3d91602a57fd5bf3",
    "solady": f"5f5f365f5f37365f73{BEHIND}5af43d5f5f3e6029573d5ffd5b3d5ff3",
    "vyper": f"366000600037611000600036600073{BEHIND}5af4602c57600080fd5b6110006000f3",
    "padded push": f"363d3d373d3d3d363d7f{'0' * 24}{BEHIND}5af43d82803e903d91603757fd5bf3",
}


def _over_slot(slot: int, *, mask: bool = True) -> bytes:
    """Calldata to memory, then DELEGATECALL to what the slot holds."""
    cut = f"73{'f' * 40}16" if mask else ""
    return bytes.fromhex(f"365f5f375f5f365f7f{slot:064x}54{cut}5af43d5f5f3e5f3d91602a57fd5bf3")


def _over_beacon(beacon: str) -> bytes:
    """Asks the beacon with STATICCALL and delegates to the word that it answers."""
    ask = f"635c60da1b5f52 60205f6004601c {beacon} 5afa50"
    return bytes.fromhex(f"{ask} 5f5f365f 5f51 5af4 3d5ff3")


def _proxy(code: bytes) -> Proxy:
    return proxy_of(code, entry(code))


@pytest.mark.parametrize("code", MINIMAL.values(), ids=MINIMAL)
def test_a_minimal_proxy_names_its_address_and_cannot_change_it(code: str) -> None:
    proxy = _proxy(bytes.fromhex(code))
    assert proxy == Proxy(ProxyKind.MINIMAL, address=AT)
    assert not proxy.is_replaceable
    assert code_facts((bytes.fromhex(code),)).traits == ()


def test_a_minimal_proxy_to_a_vanity_address_pads_it_with_zeros() -> None:
    code = f"363d3d373d3d3d363d6f{VANITY}5af43d82803e903d91602757fd5bf3"
    assert _proxy(bytes.fromhex(code)).address == "0x" + "0" * 8 + VANITY


def _slot_of(name: str) -> int:
    return int.from_bytes(keccak256(name.encode("ascii")))


def test_the_slots_are_those_of_the_standards() -> None:
    assert _slot_of("eip1967.proxy.implementation") - 1 == EIP1967_SLOT
    assert _slot_of("eip1967.proxy.beacon") - 1 == BEACON_SLOT
    assert _slot_of("PROXIABLE") == EIP1822_SLOT
    assert _slot_of("org.zeppelinos.proxy.implementation") == ZEPPELIN_SLOT


@pytest.mark.parametrize("mask", [False, True])
@pytest.mark.parametrize(
    ("slot", "kind"),
    [
        (EIP1967_SLOT, ProxyKind.EIP1967),
        (EIP1822_SLOT, ProxyKind.EIP1822),
        (ZEPPELIN_SLOT, ProxyKind.ZEPPELIN),
        (0, ProxyKind.SLOT_ZERO),
        (7, ProxyKind.SLOT),
    ],
)
def test_a_proxy_over_storage_names_its_slot(slot: int, kind: ProxyKind, mask: bool) -> None:
    proxy = _proxy(_over_slot(slot, mask=mask))
    assert proxy == Proxy(kind, slot=slot)
    assert proxy.is_replaceable


@pytest.mark.parametrize(
    ("beacon", "proxy"),
    [
        (f"7f{BEACON_SLOT:064x}54", Proxy(ProxyKind.BEACON, slot=BEACON_SLOT)),
        (f"73{BEHIND}", Proxy(ProxyKind.BEACON, address=AT)),
        ("33", Proxy(ProxyKind.UNKNOWN)),
    ],
)
def test_a_proxy_over_a_beacon_names_where_the_beacon_is(beacon: str, proxy: Proxy) -> None:
    assert _proxy(_over_beacon(beacon)) == proxy


UNKNOWN = {
    "to an address in the call": "5f5f5f5f 602435 5af400",
    "to a mapping's entry": "335f5260205f2054 5f5f5f5f 84 5af400",
    "by the selector": "5f355f5260205f2054 5f5f5f5f 84 5af400",
    "to one slot or to another": "34600d57 5f5f5f5f 5f54 5af400 5b 5f5f5f5f 600154 5af400",
    "to itself": "5f5f5f5f 30 5af400",
}


@pytest.mark.parametrize("code", UNKNOWN.values(), ids=UNKNOWN)
def test_a_proxy_to_nobody_knows_where_is_told_as_such(code: str) -> None:
    assert _proxy(bytes.fromhex(code)).kind is ProxyKind.UNKNOWN


def test_a_delegated_account_is_no_contract_that_stays() -> None:
    proxy = _proxy(bytes.fromhex("ef0100" + BEHIND))
    assert proxy == Proxy(ProxyKind.ACCOUNT, address=AT)
    assert proxy.is_replaceable


def test_a_delegatecall_inside_a_function_makes_no_proxy() -> None:
    upgrade = "60003560e01c 634f1ef286 14 6010 57 00 00 5b 5f5f5f5f 602435 5af4 00"
    code = bytes.fromhex(upgrade)
    assert _proxy(code).kind is ProxyKind.NONE
    assert Trait.DELEGATECALL in code_facts((code,)).traits


TOKEN = bytes.fromhex("60003560e01c 8063a9059cbb 14 6000 57 00")


def test_a_chain_asks_for_the_next_code_until_there_is_none() -> None:
    outer, inner = bytes.fromhex(MINIMAL["eip1167"]), _over_slot(EIP1967_SLOT)
    first = code_facts((outer,))
    assert first.unread == first.proxy == Proxy(ProxyKind.MINIMAL, address=AT)
    second = code_facts((outer, inner))
    assert second.unread == Proxy(ProxyKind.EIP1967, slot=EIP1967_SLOT)
    third = code_facts((outer, inner, TOKEN))
    assert third.unread.kind is ProxyKind.NONE
    assert third.proxy == first.proxy
    assert third.selectors == ("a9059cbb",)
    assert third.is_replaceable


def test_a_code_behind_one_that_is_no_proxy_is_our_own_mistake() -> None:
    for chain in ((), (TOKEN, TOKEN), (bytes.fromhex(MINIMAL["eip1167"]),) * (CHAIN_MAX + 1)):
        with pytest.raises(AssertionError):
            code_facts(chain)
