// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ProxiedToken} from "./ProxiedToken.sol";

/// Trap: what a proxy is turned to; from a block on nobody sells.
contract TurnedToken is ProxiedToken {
    uint256 private immutable closing;

    constructor(uint256 closing_) {
        closing = closing_;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(!_isSell(from, to) || block.number < closing, "closed");
        _settle(from, to, value);
    }
}
