// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Erc20} from "./Erc20.sol";
import {Ledger} from "./Ledger.sol";

/// Odd: a supply of 2^255, whatever was asked for; only a part that fits the pair is ever traded.
contract AbsurdSupply is Erc20 {
    string public name;
    string public symbol;
    uint8 public immutable decimals;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256)
        Ledger(1 << 255)
    {
        (name, symbol, decimals) = (name_, symbol_, decimals_);
    }
}
