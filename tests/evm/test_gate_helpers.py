"""Which contracts a code names, and what is asked of them."""

from collections.abc import Sequence
from typing import Final

from botctl.adapters.devnet import artifacts
from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.gate_case import Power, Suspect
from botctl.adapters.evm.gate_helpers import HELPERS_MAX, named_addresses, with_helpers
from botctl.core.facts import BlockRef
from botctl.core.units import Address, Hash32
from tests.evm.fake_rpc import FakeRpc

BLOCK: Final = BlockRef(7, Hash32("0x" + "11" * 32), Hash32("0x" + "22" * 32), 1_700_000_000, 5)
TOKEN, PAIR = Address("0x" + "a1" * 20), Address("0x" + "a2" * 20)
HELPER: Final = Address("0x" + "b1" * 20)
SUSPECT: Final = Suspect(TOKEN, PAIR, (), (Power(TOKEN, "8456cb59"),))
PUSH20, PUSH32, STOP, POP = b"\x73", b"\x7f", b"\x00", b"\x50"


def pushed(address: Address) -> bytes:
    return PUSH20 + bytes.fromhex(address[2:]) + POP


def test_constants_and_immutables_are_named_once_and_in_order() -> None:
    immutable = PUSH32 + bytes(12) + bytes.fromhex(HELPER[2:]) + POP
    assert named_addresses(pushed(PAIR) + immutable + pushed(PAIR)) == (PAIR, HELPER)


def test_numbers_masks_selectors_and_dead_bytes_are_no_addresses() -> None:
    mask = pushed(Address("0x" + "ff" * 20))
    number = PUSH32 + (10**27).to_bytes(32, "big") + POP
    selector = PUSH32 + bytes.fromhex("40c10f19") + bytes(28) + POP
    assert named_addresses(mask + number + selector + STOP + pushed(HELPER)) == ()


def helped(names: Sequence[Address], known: Sequence[Address] = ()) -> tuple[Suspect, FakeRpc]:
    rpc = FakeRpc(lambda *_: artifacts.ours("PlainToken").runtime)
    (found,) = with_helpers(rpc, BLOCK, [SUSPECT], [names], known)
    return found, rpc


def test_a_helpers_functions_come_after_the_tokens_own() -> None:
    found, rpc = helped((HELPER,))
    assert found.powers[0] == SUSPECT.powers[0]
    assert {each.target for each in found.powers[1:]} == {HELPER}
    assert Power(HELPER, "715018a6") in found.powers
    assert rpc.round_trips == 1


def test_what_obeys_nobody_and_the_token_itself_are_no_helpers() -> None:
    found, rpc = helped((TOKEN, PAIR, HELPER), known=(HELPER,))
    assert found == SUSPECT
    assert rpc.round_trips == 0


def test_helpers_are_bounded_and_addresses_without_code_do_not_count() -> None:
    names = [Address(f"0x{'b' * 38}{index:02x}") for index in range(20)]
    code = artifacts.ours("PlainToken").runtime
    rpc = FakeRpc(lambda _, params: code if int(str(params[0])[-2:], 16) >= 10 else "0x")
    (found,) = with_helpers(rpc, BLOCK, [SUSPECT], [names], ())
    targets = {each.target for each in found.powers} - {TOKEN}
    assert targets == set(names[10 : 10 + HELPERS_MAX])


def test_the_runtime_of_our_own_contracts_names_nobody() -> None:
    assert named_addresses(unhexed(artifacts.ours("PlainToken").runtime)) == ()
