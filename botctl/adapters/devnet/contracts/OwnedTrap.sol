// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {PlainToken} from "./PlainToken.sol";

/// Trap: an owner who can tax, bar, pause and mint under the names that everybody knows.
contract OwnedTrap is PlainToken {
    uint256 public sellTaxBps;
    bool public paused;
    mapping(address => bool) public isBlacklisted;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    function setSellTax(uint256 bps) external onlyOwner {
        sellTaxBps = bps;
    }

    function blacklist(address holder) external onlyOwner {
        isBlacklisted[holder] = true;
    }

    function pause() external onlyOwner {
        paused = true;
    }

    function _move(address from, address to, uint256 value) internal override {
        if (!_isSell(from, to)) return _settle(from, to, value);
        require(!paused && !isBlacklisted[from], "closed");
        uint256 tax = value * sellTaxBps / 10_000;
        if (tax > 0) _settle(from, address(this), tax);
        _settle(from, to, value - tax);
    }
}
