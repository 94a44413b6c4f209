"""Keccak-256 and what is made with it. Its import costs 20 ms: only what signs comes here."""

from Crypto.Hash import keccak

from botctl.core.units import Address, Hash32

UPPER_FROM = "8"  # EIP-55: a letter is upper case where the hash's digit is 8 or more


def keccak256(data: bytes) -> bytes:
    return keccak.new(data=data, digest_bits=256).digest()


def hash32(data: bytes) -> Hash32:
    return Hash32("0x" + keccak256(data).hex())


def checksum(address: Address) -> str:
    """The mixed-case form that people compare (EIP-55)."""
    digits = address[2:].lower()
    marks = keccak256(digits.encode("ascii")).hex()
    return "0x" + "".join(
        digit.upper() if mark >= UPPER_FROM else digit
        for digit, mark in zip(digits, marks, strict=False)
    )
