// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

// Most have a power that would be a trap in an owner's hand, and no owner any more.

contract Pausable is OwnedCoin {
    bool public paused;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function pause() external onlyOwner {
        paused = true;
    }

    function unpause() external onlyOwner {
        paused = false;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(!paused, "paused");
        super._move(from, to, value);
    }
}

contract MintCapped is OwnedCoin {
    uint256 public constant cap = 2 * SUPPLY;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function mint(address to, uint256 value) external onlyOwner {
        require(_supply + value <= cap, "cap");
        _mint(to, value);
    }
}

contract Blacklist is OwnedCoin {
    mapping(address => bool) public isBlacklisted;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function blacklist(address who, bool on) external onlyOwner {
        isBlacklisted[who] = on;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(!isBlacklisted[from] && !isBlacklisted[to], "blacklisted");
        super._move(from, to, value);
    }
}

/// The setter exists, is bounded by the code, and has nobody to call it.
contract FeeSetterCapped is OwnedCoin {
    uint256 public fee = 100;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setFee(uint256 bps) external onlyOwner {
        require(bps <= 300, "above the cap");
        fee = bps;
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, fee, _dev);
    }

    function _buy(address to, uint256 value) internal override {
        _settleTaxed(pair, to, value, fee, _dev);
    }
}

/// A limit that the pair is exempt from and no ordinary purchase meets.
contract MaxWallet is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        super._buy(to, value);
        require(_balances[to] <= _supply / 50, "max wallet");
    }
}

contract AntiWhale is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _move(address from, address to, uint256 value) internal override {
        require(from == _dev || value <= _supply / 50, "one move, one fiftieth");
        super._move(from, to, value);
    }
}

/// Limits for the first blocks of its life.
contract LaunchLimits is NamedCoin {
    uint256 private immutable until = block.number + 2;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        require(block.number >= until || value <= _supply / 10 ** 6, "slow start");
        super._buy(to, value);
    }
}

/// Against snipers: one purchase an origin and a block.
contract OneBuyABlock is NamedCoin {
    mapping(address => uint256) private lastBuy;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        require(lastBuy[tx.origin] < block.number, "one a block");
        lastBuy[tx.origin] = block.number;
        super._buy(to, value);
    }
}

/// Against sandwiches: what is bought in a block leaves in a later one.
contract NoSellInTheBlockOfTheBuy is NamedCoin {
    mapping(address => uint256) private boughtIn;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        boughtIn[to] = block.number;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(boughtIn[from] < block.number, "same block");
        super._sell(from, value);
    }
}

/// Opened once, for ever; the switch has no way back.
contract TradingOpensOnce is OwnedCoin {
    bool public tradingOpen;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function openTrading() external onlyOwner {
        tradingOpen = true;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(tradingOpen || from == _dev, "not open");
        super._move(from, to, value);
    }
}
