// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Erc20} from "./Erc20.sol";
import {Ledger} from "./Ledger.sol";

/// Burns all the gas it is given, when sold and when asked for its name, symbol or decimals.
contract GasBomb is Erc20 {
    constructor(string memory, string memory, uint8, uint256 supply) Ledger(supply) {}

    function name() external pure returns (string memory) {
        _burn();
        return "";
    }

    function symbol() external pure returns (string memory) {
        _burn();
        return "";
    }

    function decimals() external pure returns (uint8) {
        _burn();
        return 0;
    }

    function _move(address from, address to, uint256 value) internal override {
        if (_isSell(from, to)) _burn();
        _settle(from, to, value);
    }

    function _burn() private pure {
        assembly {
            for {} 1 {} {}
        }
    }
}
