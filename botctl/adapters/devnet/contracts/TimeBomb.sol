// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Trap: honest for so many blocks after its launch that no simulation made early looks that far ahead.
contract TimeBomb is PlainToken {
    uint256 private constant BLOCKS = 320;

    uint256 private immutable end;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {
        end = block.number + BLOCKS;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(!_isSell(from, to) || block.number < end, "closed");
        _settle(from, to, value);
    }
}
