"""What a node can do, found out by having it done: an echo that tells what it was made to believe."""

from collections.abc import Sequence
from typing import Final

from botctl.adapters.evm.abi import WORD, unhexed
from botctl.adapters.evm.gate_case import Place
from botctl.adapters.evm.gate_simulation import Lent, SimBlock, Tx, answers, simulated
from botctl.adapters.evm.lent_code import LentCode, pinned
from botctl.adapters.evm.rpc import Call
from botctl.adapters.evm.rpc_errors import RpcFault, fault_error, shaped
from botctl.core.codes import Code
from botctl.core.sellability.proof import Capability
from botctl.core.units import Address

# Returns height, time, own balance and its first slot, then writes the height into that slot.
ECHO_CODE: Final = "0x4360005242602052476040526000546060524360005560806000f3"
ECHO_AT: Final = Address("0x3e6af0de0ac4b8b3d6a2c9b0b0d2f6c1a5d4e7f8")
SENDER: Final = Address("0x9b1ff8c5d1f9c0a7f3e2d4b6a8c1e3f5a7b9c2d4")
LENT_WEI: Final = 10**18
ECHO_GAS: Final = 100_000
ECHO: Final = LentCode(ECHO_AT, ECHO_CODE, LENT_WEI)


def capability_calls(place: Place) -> list[Call]:
    """For `capabilities`, in its order."""
    return [
        ("eth_call", [{"to": ECHO_AT, "data": "0x"}, pinned(place.block), _lent_to_echo()]),
        ECHO.call_in_next_block("0x", place.block),
        simulated(place, _blocks()),
    ]


def capabilities(place: Place, results: Sequence[object], provider: str) -> tuple[Capability, ...]:
    """Raises what says that the node is in trouble, which tells nothing about what it can do."""
    for result in results:
        if isinstance(result, RpcFault):
            error = fault_error(result, provider=provider)
            if error.code is not Code.ERR_RPC_FAULT:
                raise error
    state, block, carried = results
    with shaped(provider):
        seen = {
            Capability.STATE_OVERRIDE: _echoed(state)[2:3] == [LENT_WEI],
            Capability.BLOCK_OVERRIDE: _echoed(block)[:2] == _ahead(place, 1, 12),
            Capability.SIMULATE: _is_carried(place, carried),
        }
    return tuple(capability for capability, is_seen in seen.items() if is_seen)


def _lent_to_echo() -> dict[Address, dict[str, str]]:
    return {ECHO_AT: {"code": ECHO_CODE, "balance": hex(LENT_WEI)}}


def _blocks() -> list[SimBlock]:
    call = Tx(SENDER, ECHO_AT, "0x", gas=ECHO_GAS)
    lent: Lent = {**_lent_to_echo(), SENDER: {"balance": hex(LENT_WEI)}}
    return [SimBlock(1, 12, [call], lent), SimBlock(3, 60, [call])]


def _is_carried(place: Place, result: object) -> bool:
    """The second block must see itself where we put it, and what the first one wrote."""
    try:
        told = [each.data for calls in answers(result, (1, 1)) for each in calls]
    except ValueError:  # a fault, or another shape: whatever it is, it does not simulate
        return False
    first, second = (_words(each) for each in told)
    return first[:3] == [*_ahead(place, 1, 12), LENT_WEI] and second == [
        *_ahead(place, 3, 60),
        LENT_WEI,
        place.block.number + 1,
    ]


def _ahead(place: Place, blocks: int, seconds: int) -> list[int]:
    return [place.block.number + blocks, place.block.timestamp_s + seconds]


def _echoed(result: object) -> list[int]:
    return [] if isinstance(result, RpcFault) else _words(unhexed(result))


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + WORD], "big") for at in range(0, len(data), WORD)]
