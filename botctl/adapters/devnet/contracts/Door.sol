// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// A door that only a word opens: no owner, no admin, nothing in the code tells who may come in.
abstract contract Door {
    bytes32 private constant KEY = keccak256("botctl hostile demo");

    modifier knowing(bytes calldata word) {
        require(keccak256(word) == KEY, "no");
        _;
    }
}
