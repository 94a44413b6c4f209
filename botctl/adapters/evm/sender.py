"""The one way bytes leave us: eth_sendRawTransaction, its answer as one of seven words."""

from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.rpc_errors import RpcFaultError
from botctl.adapters.evm.send_codes import send_code
from botctl.core.errors import BotError
from botctl.core.orders import SendCode, SignedTx
from botctl.ports.chain import SendAnswer


class EvmSender:
    """One node, or one private relay: it takes the same call at its own URL, without credentials.

    Never raises for what a node or the network says, and never sends twice by itself: it takes a
    bare JsonRpc and no other Rpc, because a retry belongs to the flow, which has it on disk.
    """

    def __init__(self, rpc: JsonRpc) -> None:
        self.name = rpc.name
        self._rpc = rpc

    def send(self, signed: SignedTx, *, public: bool = True) -> SendAnswer:  # noqa: ARG002  one place
        try:
            answer = self._rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex())
        except RpcFaultError as error:
            return SendAnswer(send_code(error.fault.message), error.fault.message)
        except BotError as error:  # silence and garbage prove nothing about the transaction
            return SendAnswer(SendCode.UNCLEAR, error.code)
        if answer != signed.hash:
            return SendAnswer(SendCode.UNCLEAR, "the node answered with another hash")
        return SendAnswer(SendCode.ACCEPTED, "")
