// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Erc20} from "./Erc20.sol";
import {Ledger} from "./Ledger.sol";

/// Honest code behind a proxy: what a constructor would set, `open` does, once.
contract ProxiedToken is Erc20 {
    string public name;
    string public symbol;
    uint8 public decimals;

    constructor() Ledger(0) {}

    function open(string calldata name_, string calldata symbol_, uint8 decimals_, uint256 supply)
        external
    {
        require(owner == address(0) && totalSupply == 0, "open");
        (name, symbol, decimals) = (name_, symbol_, decimals_);
        (owner, exempt[msg.sender]) = (msg.sender, true);
        _mint(msg.sender, supply);
    }
}
