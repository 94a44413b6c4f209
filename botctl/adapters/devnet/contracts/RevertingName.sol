// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Erc20} from "./Erc20.sol";
import {Ledger} from "./Ledger.sol";

/// Odd: asking for the name reverts; everything else is in order.
contract RevertingName is Erc20 {
    string public symbol;
    uint8 public immutable decimals;

    constructor(string memory, string memory symbol_, uint8 decimals_, uint256 supply)
        Ledger(supply)
    {
        (symbol, decimals) = (symbol_, decimals_);
    }

    function name() external pure returns (string memory) {
        revert("nameless");
    }
}
