// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Odd: removes itself on command. The code is gone only on chains older than Cancun (EIP-6780).
contract Destructible is PlainToken {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    function destroy() external {
        selfdestruct(payable(msg.sender));
    }
}
