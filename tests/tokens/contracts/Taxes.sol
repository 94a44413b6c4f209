// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

/// A fixed tax on sells and another on buys; honest or not by its numbers.
contract FixedTax is OwnedCoin {
    uint256 private immutable sellBps;
    uint256 private immutable buyBps;

    constructor(IFactory f, address w, uint256 sellBps_, uint256 buyBps_) {
        (sellBps, buyBps) = (sellBps_, buyBps_);
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, sellBps, _dev);
    }

    function _buy(address to, uint256 value) internal override {
        _settleTaxed(pair, to, value, buyBps, _dev);
    }
}

contract OwnerSetsTax is OwnedCoin {
    uint256 public sellTax;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setSellTax(uint256 bps) external onlyOwner {
        sellTax = bps;
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, sellTax, _dev);
    }
}

/// Every sell, by anyone, makes the next one dearer.
contract TaxRisesWithSells is NamedCoin {
    uint256 private sells;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        uint256 bps = sells < 18 ? sells * 500 : 9_000;
        sells += 1;
        _settleTaxed(from, pair, value, bps, _dev);
    }
}

contract TaxRisesWithAge is NamedCoin {
    uint256 private immutable since = block.timestamp;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        uint256 bps = (block.timestamp - since) / 10 minutes * 100;
        _settleTaxed(from, pair, value, bps > 9_500 ? 9_500 : bps, _dev);
    }
}

/// Free for whoever leaves at once; a test buys and leaves at once.
contract TaxRisesWithHolding is NamedCoin {
    mapping(address => uint256) private boughtAt;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        boughtAt[to] = block.timestamp;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        bool long = block.timestamp - boughtAt[from] > 30 minutes;
        _settleTaxed(from, pair, value, long ? 9_000 : 0, _dev);
    }
}

/// Crumbs leave untaxed, a position does not.
contract TaxByAmount is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, value > _supply / 100_000 ? 8_000 : 0, _dev);
    }
}

/// No tax to see: the sell burns a third of itself on the way, from what arrives.
contract SellsBurnAThird is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        super._sell(from, value);
        _burn(pair, value / 3);
    }
}

/// Taxes the seller beside the amount: what is sold arrives in full, what is left is taken.
contract TakesTheRest is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        super._sell(from, value);
        _settle(from, _dev, _balances[from]);
    }
}
