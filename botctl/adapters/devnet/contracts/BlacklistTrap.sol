// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Trap: whoever buys can never move the token again.
contract BlacklistTrap is PlainToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    mapping(address => bool) public blacklisted;

    function _move(address from, address to, uint256 value) internal override {
        require(!blacklisted[from], "blacklisted");
        if (_isBuy(from, to)) blacklisted[to] = true;
        _settle(from, to, value);
    }
}
