// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Trap: a sell may be a millionth of the supply, so that leaving takes for ever.
contract TinyMaxSell is PlainToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    uint256 private constant MAX_SELL_DIVISOR = 1_000_000;

    function _move(address from, address to, uint256 value) internal override {
        require(!_isSell(from, to) || value <= totalSupply / MAX_SELL_DIVISOR, "max sell");
        _settle(from, to, value);
    }
}
