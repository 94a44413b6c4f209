"""Which contracts a code names, and what is asked of them."""

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from botctl.adapters.devnet import artifacts
from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.gate_case import Power, Suspect
from botctl.adapters.evm.gate_helpers import HELPERS_MAX, USUAL, named_addresses, with_helpers
from botctl.adapters.evm.gate_puppet import POWERS_MAX
from botctl.adapters.evm.gate_storage import SLOTS
from botctl.core.facts import BlockRef
from botctl.core.units import Address, Hash32
from tests.evm.fake_rpc import FakeRpc

BLOCK: Final = BlockRef(7, Hash32("0x" + "11" * 32), Hash32("0x" + "22" * 32), 1_700_000_000, 5)
TOKEN, PAIR = Address("0x" + "a1" * 20), Address("0x" + "a2" * 20)
HELPER: Final = Address("0x" + "b1" * 20)
PERSON: Final = Address("0x" + "c1" * 20)
CODE: Final = artifacts.ours("PlainToken").runtime
REQUESTS_MAX: Final = 4
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


class Chain:
    """A node that knows codes, what the first slots of contracts hold, and who owns something."""

    def __init__(
        self,
        codes: Mapping[Address, str],
        stored: Mapping[Address, Sequence[int]] | None = None,
        rich: Sequence[Address] = (),
    ) -> None:
        self._codes, self._stored, self._rich = codes, stored or {}, rich

    def __call__(self, method: str, params: Sequence[object]) -> object:
        if method == "eth_call":
            asked = params[0]
            assert isinstance(asked, dict)
            words = [*self._stored.get(asked["to"], ()), *[0] * SLOTS][:SLOTS]
            return "0x" + "".join(f"{word:064x}" for word in words)
        where = Address(str(params[0]))
        if method == "eth_getCode":
            return self._codes.get(where, "0x")
        return "0x1" if method == "eth_getBalance" and where in self._rich else "0x0"


def helped(
    chain: Chain, names: Sequence[Address] = (), known: Sequence[Address] = ()
) -> tuple[Suspect, FakeRpc]:
    rpc = FakeRpc(chain)
    (found,) = with_helpers(rpc, BLOCK, [SUSPECT], [names], known)
    return found, rpc


def test_a_helpers_functions_come_after_the_tokens_own() -> None:
    found, rpc = helped(Chain({HELPER: CODE}), (HELPER,))
    assert found.powers[0] == SUSPECT.powers[0]
    assert {each.target for each in found.powers[1:]} == {HELPER}
    assert Power(HELPER, "715018a6") in found.powers
    assert rpc.round_trips <= REQUESTS_MAX


def test_what_obeys_nobody_and_the_token_itself_are_no_helpers() -> None:
    chain = Chain({HELPER: CODE, TOKEN: CODE, PAIR: CODE})
    found, _ = helped(chain, (TOKEN, PAIR, HELPER), known=(HELPER,))
    assert found == SUSPECT


def test_helpers_are_bounded_and_addresses_without_code_do_not_count() -> None:
    names = [Address(f"0x{'b' * 38}{index:02x}") for index in range(20)]
    found, _ = helped(Chain(dict.fromkeys(names[10:], CODE)), names)
    targets = {each.target for each in found.powers} - {TOKEN}
    assert targets == set(names[10 : 10 + HELPERS_MAX])


@pytest.mark.parametrize("below", [0, 8, 64, 96])
@pytest.mark.parametrize("above", [0, 1])
def test_people_in_storage_are_found_whatever_shares_their_slot(below: int, above: int) -> None:
    word = above << 255 | number(PERSON) << below | (1 << below) - 1
    found, _ = helped(Chain({}, {TOKEN: [0, word]}, rich=[PERSON]))
    assert found.people == (PERSON,)
    assert found.powers == SUSPECT.powers


def test_a_contract_that_storage_names_is_a_helper_and_its_people_are_people() -> None:
    stored = {TOKEN: [number(HELPER)], HELPER: [0, 0, number(PERSON)]}
    found, rpc = helped(Chain({HELPER: CODE}, stored, rich=[PERSON]))
    assert Power(HELPER, "715018a6") in found.powers
    assert found.people == (PERSON,)
    assert rpc.round_trips == REQUESTS_MAX


def test_numbers_that_look_like_people_but_own_nothing_are_nobody() -> None:
    found, _ = helped(Chain({}, {TOKEN: [number(PERSON), 10**27, 2**256 - 1]}))
    assert found == SUSPECT


def test_what_storage_names_never_pushes_a_token_over_its_bound() -> None:
    helpers = [Address(f"0x{'b' * 38}{index:02x}") for index in range(HELPERS_MAX)]
    chain = Chain(dict.fromkeys(helpers, CODE), {TOKEN: [number(each) for each in helpers]})
    found, _ = helped(chain)
    assert len(found.powers) == POWERS_MAX - USUAL
    in_code, _ = helped(chain, helpers)
    assert len(in_code.powers) > POWERS_MAX, "of those all are told, and what is left out is said"


def number(address: Address) -> int:
    return int(address, 16)


def test_the_runtime_of_our_own_contracts_names_nobody() -> None:
    assert named_addresses(unhexed(artifacts.ours("PlainToken").runtime)) == ()
