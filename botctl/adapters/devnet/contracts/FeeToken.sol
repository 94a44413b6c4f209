// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Honest, with a fee of 2 % on buys and on sells, kept by the contract.
contract FeeToken is PlainToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    uint256 private constant FEE_BPS = 200;

    function _move(address from, address to, uint256 value) internal override {
        if (!_isSell(from, to) && !_isBuy(from, to)) return _settle(from, to, value);
        uint256 fee = value * FEE_BPS / 10_000;
        _settle(from, address(this), fee);
        _settle(from, to, value - fee);
    }
}
