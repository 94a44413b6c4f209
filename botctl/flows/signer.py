"""The key, opened only when something is signed, and only when it is the configured one."""

from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.ports.chain import Signer
from botctl.ports.runtime import Runtime


def checked_signer(rt: Runtime) -> Signer:
    """Raises ERR_SIGNER_MISMATCH before anything is signed."""
    signer = rt.signer()
    if signer.address != rt.identity.wallet:
        raise OperatorError(
            Code.ERR_SIGNER_MISMATCH,
            "the key does not belong to the configured wallet: correct wallet.address or"
            " wallet.keystore",
            key=signer.address,
            configured=rt.identity.wallet,
        )
    return signer
