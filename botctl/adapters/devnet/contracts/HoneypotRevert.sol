// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Trap: anyone can buy, only the owner can sell.
contract HoneypotRevert is PlainToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    function _move(address from, address to, uint256 value) internal override {
        require(!_isSell(from, to), "trading not open");
        _settle(from, to, value);
    }
}
