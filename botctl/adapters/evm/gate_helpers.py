"""The contracts that a token's code names: whoever commands one of them may command the token."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from botctl.adapters.evm.abi import unhexed
from botctl.adapters.evm.gate_case import Power, Suspect
from botctl.adapters.evm.lent_code import pinned
from botctl.adapters.evm.paging import Plain, ask_all
from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import shaped
from botctl.core.facts import BlockRef
from botctl.core.sellability.bytecode import live
from botctl.core.sellability.entry import entry
from botctl.core.sellability.opcodes import push_size
from botctl.core.sellability.selectors import NEEDED, selector_of
from botctl.core.units import Address

HELPERS_MAX: Final = 4  # of one token
ADDRESS_BYTES: Final = 20
SMALLEST: Final = 1 << 96  # below are numbers and precompiles; no address that was hashed is
LARGEST: Final = (1 << 160) - 2  # above are masks


def named_addresses(code: bytes) -> tuple[Address, ...]:
    """In the order of the code: constants and immutables; what storage names is not here."""
    found = (
        Address(f"0x{each.data:040x}")
        for each in live(code)
        if push_size(each.op) >= ADDRESS_BYTES and SMALLEST <= each.data <= LARGEST
    )
    return tuple(dict.fromkeys(found))


def with_helpers(
    rpc: Rpc,
    block: BlockRef,
    suspects: Sequence[Suspect],
    named: Sequence[Collection[Address]],
    known: Collection[Address],
) -> list[Suspect]:
    """Each suspect with the functions of the contracts in `named` after its own; one request.

    `named`: by suspect, from its code and from the slots of its proxy. `known` are contracts that
    obey nobody, such as the router. Raises a BotError.
    """
    wanted = [
        tuple(each for each in names if each not in {*known, suspect.token, suspect.pair})
        for suspect, names in zip(suspects, named, strict=True)
    ]
    codes = _codes(rpc, block, sorted({each for names in wanted for each in names}))
    return [
        replace(suspect, powers=(*suspect.powers, *_powers(names, codes)))
        for suspect, names in zip(suspects, wanted, strict=True)
    ]


def _codes(rpc: Rpc, block: BlockRef, where: Sequence[Address]) -> dict[Address, bytes]:
    asked = Plain(*(("eth_getCode", [each, pinned(block)]) for each in where))
    ask_all(rpc, asked)
    with shaped(rpc.name):
        return dict(zip(where, map(unhexed, asked.answers), strict=True))


def _powers(names: Sequence[Address], codes: dict[Address, bytes]) -> Iterator[Power]:
    contracts = [each for each in names if codes[each]]
    for helper in contracts[:HELPERS_MAX]:
        for number in sorted(entry(codes[helper]).selectors):
            selector = selector_of(number)
            if selector not in NEEDED:
                yield Power(helper, selector)
