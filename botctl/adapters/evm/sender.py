"""The one way bytes leave us: eth_sendRawTransaction, its answer as one of seven words."""

from botctl.adapters.evm.rpc import Rpc
from botctl.adapters.evm.rpc_errors import RpcFaultError
from botctl.adapters.evm.send_codes import send_code
from botctl.core.errors import BotError
from botctl.core.orders import SendCode, SignedTx
from botctl.ports.chain import SendAnswer


class EvmSender:
    """Never raises for what a node or the network says, and never sends twice by itself."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def send(self, signed: SignedTx) -> SendAnswer:
        try:
            answer = self._rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex())
        except RpcFaultError as error:
            return SendAnswer(send_code(error.fault.message), error.fault.message)
        except BotError as error:  # silence and garbage prove nothing about the transaction
            return SendAnswer(SendCode.UNCLEAR, error.code)
        if answer != signed.hash:
            return SendAnswer(SendCode.UNCLEAR, "the node answered with another hash")
        return SendAnswer(SendCode.ACCEPTED, "")
