"""Holds the one private key of a bot; gives out signatures and nothing else."""

from functools import partial
from typing import NoReturn, SupportsIndex

from coincurve import PrivateKey

from botctl.adapters.evm.tx import address_of, signed
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.orders import SignedTx, UnsignedTx
from botctl.core.units import Address


class Signer:
    """Cannot be printed, compared, copied or pickled into showing its key."""

    __slots__ = ("_address", "_fence", "_key")

    def __init__(self, secret: bytes) -> None:
        self._key = PrivateKey(secret)
        self._address = address_of(self._key.public_key)
        self._fence = 0

    @property
    def address(self) -> Address:
        return self._address

    def sign(self, tx: UnsignedTx, *, fence: int = 0) -> SignedTx:
        """A lower token than one already seen means that another holder has taken over since."""
        if fence < self._fence:
            say = "the key has signed under a newer lease: this one is over"
            raise TransientError(Code.ERR_LEASE_LOST, say, fence=fence, newest=self._fence)
        self._fence = fence
        return signed(tx, partial(self._key.sign_recoverable, hasher=None))

    def __repr__(self) -> str:
        return f"Signer({self._address})"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a signer is not copied, and does not leave its process")
