// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Reads of contracts that may be hostile: each one is bounded in gas and in returned bytes, and none
/// can revert its caller. Works in memory past the free pointer and allocates nothing, so that a page
/// of thousands of reads does not pay for growing memory.
library Reads {
    /// Gas one read may burn. Honest reads need 3k-30k; reflection tokens loop, hence the room.
    uint256 internal constant GAS_MAX = 200_000;
    /// Gas kept back so that a read's caller can always note the outcome.
    uint256 internal constant GAS_SPARE = 20_000;

    /// The page no longer affords a full read. Without this stop, the last tokens of a page would look
    /// unreadable merely because of their neighbours; the caller asks again with a smaller page.
    error PageTooLarge();

    function word(address target, bytes4 selector) internal view returns (bool ok, uint256 value) {
        uint256 ptr = _open(selector);
        ok = _call(target, ptr, 4, 1);
        if (ok) value = _load(ptr, 0);
    }

    function word(address target, bytes4 selector, address a)
        internal
        view
        returns (bool ok, uint256 value)
    {
        uint256 ptr = _open(selector);
        _store(ptr, 4, a);
        ok = _call(target, ptr, 36, 1);
        if (ok) value = _load(ptr, 0);
    }

    function word(address target, bytes4 selector, address a, address b)
        internal
        view
        returns (bool ok, uint256 value)
    {
        uint256 ptr = _open(selector);
        _store(ptr, 4, a);
        _store(ptr, 36, b);
        ok = _call(target, ptr, 68, 1);
        if (ok) value = _load(ptr, 0);
    }

    /// A word with dirt above its 160 bits is no address: not ok, and zero.
    function addr(address target, bytes4 selector) internal view returns (bool ok, uint256 value) {
        (ok, value) = word(target, selector);
        if (value >> 160 != 0) return (false, 0);
    }

    function threeWords(address target, bytes4 selector)
        internal
        view
        returns (bool ok, uint256 a, uint256 b, uint256 c)
    {
        uint256 ptr = _open(selector);
        ok = _call(target, ptr, 4, 3);
        if (ok) (a, b, c) = (_load(ptr, 0), _load(ptr, 32), _load(ptr, 64));
    }

    /// What the target returned, undecoded and cut at `cap` bytes; ok when the call itself succeeded.
    function raw(address target, bytes4 selector, uint256 cap)
        internal
        view
        returns (bool ok, bytes memory data)
    {
        uint256 ptr = _open(selector);
        ok = _call(target, ptr, 4, 0);
        data = returned(cap);
    }

    /// The return or revert data of the latest call, cut at `cap` bytes.
    function returned(uint256 cap) internal pure returns (bytes memory data) {
        uint256 size;
        assembly ("memory-safe") {
            size := returndatasize()
        }
        data = new bytes(size < cap ? size : cap);
        assembly ("memory-safe") {
            returndatacopy(add(data, 32), 0, mload(data))
        }
    }

    function _open(bytes4 selector) private pure returns (uint256 ptr) {
        assembly ("memory-safe") {
            ptr := mload(0x40)
            mstore(ptr, selector)
        }
    }

    function _store(uint256 ptr, uint256 offset, address value) private pure {
        assembly ("memory-safe") {
            mstore(add(ptr, offset), value)
        }
    }

    function _load(uint256 ptr, uint256 offset) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(ptr, offset))
        }
    }

    /// The answer overwrites the question at `ptr`; ok when at least `words` words came back.
    function _call(address target, uint256 ptr, uint256 length, uint256 words)
        private
        view
        returns (bool ok)
    {
        uint256 room = gasleft();
        if (room - room / 64 < GAS_MAX + GAS_SPARE) revert PageTooLarge();
        assembly ("memory-safe") {
            ok := staticcall(GAS_MAX, target, ptr, length, ptr, mul(words, 32))
            // A statement of its own: inside one expression Yul evaluates right to left, and would
            // take the size of the call before this one.
            let size := returndatasize()
            ok := and(ok, iszero(lt(size, mul(words, 32))))
        }
    }
}
