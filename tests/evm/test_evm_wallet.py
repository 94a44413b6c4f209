"""What a node may say of our transactions, and what is made of it."""

from collections.abc import Sequence

import pytest

from botctl.adapters.evm.receipts import receipt_of
from botctl.adapters.evm.rpc_errors import RpcFault
from botctl.adapters.evm.signer import Signer
from botctl.adapters.evm.wallet import EvmTxReader
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.orders import UnsignedTx
from botctl.core.units import Address, Hash32
from tests.evm.fake_rpc import FakeRpc

HASH = Hash32("0x" + "44" * 32)
WALLET = Address("0x" + "ab" * 20)
RAW = Signer(b"\x07" * 32).sign(UnsignedTx(1, 7, WALLET, 5, b"\x01", 21_000, 30, 2)).raw


def wire(**changed: object) -> dict[str, object]:
    return {
        "transactionHash": HASH,
        "blockNumber": "0x10",
        "blockHash": "0x" + "33" * 32,
        "status": "0x1",
        "gasUsed": "0x5208",
        "effectiveGasPrice": "0x3b9aca00",
        "logs": [],
        **changed,
    }


@pytest.mark.parametrize(("status", "ok"), [("0x1", True), ("0x0", False)])
def test_a_receipt_tells_success_from_failure(status: str, *, ok: bool) -> None:
    receipt = receipt_of(wire(status=status))
    assert receipt is not None
    assert (receipt.ok, receipt.gas_used, receipt.gas_price_wei) == (ok, 21_000, 10**9)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "0x2"},
        {"status": None},
        {"blockHash": None},
        {"gasUsed": "lots"},
        {"logs": None},
        {"logs": [{}]},
        {"transactionHash": "0x" + "55" * 32},
    ],
)
def test_a_receipt_of_the_wrong_shape_or_transaction_is_garbage(
    changed: dict[str, object],
) -> None:
    def answer(method: str, _params: Sequence[object]) -> object:
        return wire(**changed) if method == "eth_getTransactionReceipt" else None

    with pytest.raises(TransientError) as caught:
        EvmTxReader(FakeRpc(answer), WALLET).sightings([HASH])
    assert caught.value.code is Code.ERR_RPC_GARBAGE


def test_a_hash_the_node_has_never_heard_of_is_neither_known_nor_mined() -> None:
    (sighting,) = EvmTxReader(FakeRpc(lambda _m, _p: None), WALLET).sightings([HASH])
    assert (sighting.known, sighting.receipt) == (False, None)


REASONS = {
    "with data": (RpcFault(3, "execution reverted", "0x4e487b71" + "11".zfill(64)), "panic 0x11"),
    "words only": (RpcFault(3, "execution reverted: too early"), "execution reverted: too early"),
    "cannot look back": (RpcFault(-32000, "missing trie node"), ""),
}


@pytest.mark.parametrize("kind", REASONS)
def test_a_reason_comes_from_the_data_else_from_the_words(kind: str) -> None:
    fault, reason = REASONS[kind]
    said = EvmTxReader(FakeRpc(lambda _m, _p: fault), WALLET).revert_reason(RAW, 9)
    assert said.startswith(reason)
    assert bool(said) == bool(reason)


def test_a_transaction_is_run_again_as_it_was_on_the_block_that_was_asked_for() -> None:
    rpc = FakeRpc(lambda _m, _p: "0x")
    assert EvmTxReader(rpc, WALLET).revert_reason(RAW, 9) == ""
    ((call,),) = rpc.batches
    expected = {"from": WALLET, "to": WALLET, "gas": "0x5208", "value": "0x5", "data": "0x01"}
    assert call == ("eth_call", (expected, "0x9"))
