// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Trap: buys are free, sells lose 95 %.
contract SellTaxTrap is PlainToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    uint256 private constant SELL_TAX_BPS = 9_500;

    function _move(address from, address to, uint256 value) internal override {
        uint256 tax = _isSell(from, to) ? value * SELL_TAX_BPS / 10_000 : 0;
        if (tax > 0) _settle(from, address(this), tax);
        _settle(from, to, value - tax);
    }
}
