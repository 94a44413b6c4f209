// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Erc20} from "./Erc20.sol";
import {Ledger} from "./Ledger.sol";

/// Answers with more bytes than its caller can afford to copy: a sell and `name` revert with them,
/// `symbol` returns them as if nothing were wrong.
contract RevertBomb is Erc20 {
    uint256 private constant SELL_BLOB = 500_000;
    uint256 private constant READ_BLOB = 200_000; // what the gas of one bounded read still pays for

    constructor(string memory, string memory, uint8, uint256 supply) Ledger(supply) {}

    function name() external pure returns (string memory) {
        assembly {
            revert(0, READ_BLOB)
        }
    }

    function symbol() external pure returns (string memory) {
        assembly {
            return(0, READ_BLOB)
        }
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    function _move(address from, address to, uint256 value) internal override {
        if (_isSell(from, to)) {
            assembly {
                revert(0, SELL_BLOB)
            }
        }
        _settle(from, to, value);
    }
}
