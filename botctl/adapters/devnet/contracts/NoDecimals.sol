// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Erc20} from "./Erc20.sol";
import {Ledger} from "./Ledger.sol";

/// Odd: has no `decimals`, which the standard calls optional.
contract NoDecimals is Erc20 {
    string public name;
    string public symbol;

    constructor(string memory name_, string memory symbol_, uint8, uint256 supply) Ledger(supply) {
        (name, symbol) = (name_, symbol_);
    }
}
