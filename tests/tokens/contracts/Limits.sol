// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

contract MaxSellIsTiny is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(value <= _supply / 10 ** 9, "max sell");
        super._sell(from, value);
    }
}

contract OwnerSetsMaxSell is OwnedCoin {
    uint256 public maxSell = type(uint256).max;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setMaxTxAmount(uint256 value) external onlyOwner {
        maxSell = value;
    }

    function _sell(address from, uint256 value) internal override {
        require(value <= maxSell, "max tx");
        super._sell(from, value);
    }
}

/// A limit to what a wallet may hold that counts the pair as a wallet.
contract MaxWalletBindsThePair is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        super._sell(from, value);
        require(_balances[pair] <= _supply / 10, "max wallet");
    }
}

contract SellsOnce is NamedCoin {
    mapping(address => bool) private sold;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(!sold[from], "sold");
        sold[from] = true;
        super._sell(from, value);
    }
}

/// A hundredth of what is held at a time, once a month.
contract SellsDrip is NamedCoin {
    mapping(address => uint256) private nextAt;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(value <= _balances[from] / 100 && block.timestamp >= nextAt[from], "cooldown");
        nextAt[from] = block.timestamp + 30 days;
        super._sell(from, value);
    }
}

/// Each trade starts a pause, and the pause has no reasonable end.
contract CooldownBetweenTrades is NamedCoin {
    mapping(address => uint256) private tradedAt;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        tradedAt[to] = block.timestamp;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.timestamp >= tradedAt[from] + 365 days, "cooldown");
        super._sell(from, value);
    }
}

/// Whatever arrives starts the pause anew, and anyone may send dust: it takes no power at all.
contract DustRestartsTheCooldown is NamedCoin {
    mapping(address => uint256) private restedAt;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _move(address from, address to, uint256 value) internal override {
        super._move(from, to, value);
        if (from != pair && to != pair) restedAt[to] = block.timestamp + 30 days;
    }

    function _sell(address from, uint256 value) internal override {
        require(block.timestamp >= restedAt[from], "cooldown");
        super._sell(from, value);
    }
}

/// Only the large may leave.
contract WhalesOnlySell is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(_balances[from] >= _supply / 20, "hold more");
        super._sell(from, value);
    }
}

/// Half of all that was ever bought stays.
contract HalfMustStay is NamedCoin {
    mapping(address => uint256) private bought;
    mapping(address => uint256) private sold;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        bought[to] += value;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        sold[from] += value;
        require(sold[from] <= bought[from] / 2, "loyalty");
        super._sell(from, value);
    }
}
