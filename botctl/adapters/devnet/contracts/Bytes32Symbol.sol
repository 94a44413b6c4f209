// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Erc20} from "./Erc20.sol";
import {Ledger} from "./Ledger.sol";

/// Odd: name and symbol are bytes32, as in MKR and other tokens of its time.
contract Bytes32Symbol is Erc20 {
    bytes32 public immutable name;
    bytes32 public immutable symbol;
    uint8 public immutable decimals;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        Ledger(supply)
    {
        (name, symbol, decimals) = (bytes32(bytes(name_)), bytes32(bytes(symbol_)), decimals_);
    }
}
