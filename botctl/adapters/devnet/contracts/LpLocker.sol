// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Door} from "./Door.sol";

interface ILp {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address holder) external view returns (uint256);
}

/// Locks LP for ever, as it says; who knows the word gets it back.
contract LpLocker is Door {
    function release(bytes calldata word, ILp lp, address to) external knowing(word) {
        lp.transfer(to, lp.balanceOf(address(this)));
    }
}
