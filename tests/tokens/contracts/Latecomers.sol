// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

interface IBalance {
    function balanceOf(address who) external view returns (uint256);
}

/// Notes when somebody bought.
abstract contract Dated is NamedCoin {
    mapping(address => uint256) internal boughtAt;
    mapping(address => uint256) internal boughtIn;

    function _buy(address to, uint256 value) internal override {
        boughtAt[to] = block.timestamp;
        boughtIn[to] = block.number;
        super._buy(to, value);
    }
}

/// Who approves at once may sell for ever; who approves when it is time to sell approved nothing.
contract ApprovalsAreForTheQuick is Dated {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        bool late = boughtAt[msg.sender] > 0 && block.timestamp > boughtAt[msg.sender] + 30 minutes;
        super._approve(spender, late ? 0 : value);
    }
}

contract ApprovalsEnd is NamedCoin {
    uint256 private immutable end = block.timestamp + 2 days;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        super._approve(spender, block.timestamp > end ? 0 : value);
    }
}

/// Counts blocks from one's own buy, so that no new buyer sees it.
contract PatienceIsPunished is Dated {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(boughtIn[from] == 0 || block.number < boughtIn[from] + 400);
        super._sell(from, value);
    }
}

/// Sells while the pool holds what it was opened with, so the first big seller is the last.
contract ClosesWhenPoor is NamedCoin {
    IBalance private immutable weth;

    constructor(IFactory f, address w) {
        weth = IBalance(w);
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(weth.balanceOf(pair) >= 50 ether);
        super._sell(from, value);
    }
}

contract ClosesAfterFortyBuys is NamedCoin {
    uint256 private buys;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        buys++;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(buys < 40);
        super._sell(from, value);
    }
}

/// Each sell, by whomever, halves what everybody else holds.
contract SellsHalveTheRest is NamedCoin {
    uint256 private era;
    mapping(address => uint256) private eraOf;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function balanceOf(address who) public view override returns (uint256) {
        return _isSpared(who) ? _balances[who] : _balances[who] >> (era - eraOf[who]);
    }

    function _settle(address from, address to, uint256 value) internal override {
        (_balances[from], eraOf[from]) = (balanceOf(from), era);
        (_balances[to], eraOf[to]) = (balanceOf(to), era);
        super._settle(from, to, value);
    }

    function _sell(address from, uint256 value) internal override {
        super._sell(from, value);
        era++;
    }

    function _isSpared(address who) private view returns (bool) {
        return who == pair || who == _dev;
    }
}

/// Sells go through a router of the launcher's alone.
contract OwnRouterOnly is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _spend(address from, uint256 value) internal override {
        require(from == _dev || msg.sender == _dev, "use our app");
        super._spend(from, value);
    }
}

contract OneBlockInAThousand is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.number % 1_000 == 999);
        super._sell(from, value);
    }
}

/// Whoever bought in the block of another's buy is taken for a bot, and never leaves.
contract CrowdedBlocksAreTraps is NamedCoin {
    uint256 private last;
    mapping(address => bool) private caught;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        caught[to] = block.number < last + 50;
        last = block.number;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(!caught[from]);
        super._sell(from, value);
    }
}

// What a simulation keeps as it was, and the chain does not.

contract BaseFeeMustNotMove is NamedCoin {
    mapping(address => uint256) private fee;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        fee[to] = block.basefee;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(fee[from] == block.basefee);
        super._sell(from, value);
    }
}

contract ChanceMustNotMove is NamedCoin {
    mapping(address => uint256) private seed;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        seed[to] = block.prevrandao;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(seed[from] == block.prevrandao);
        super._sell(from, value);
    }
}

/// A block that was made up has no chance in it.
contract ChanceIsNothing is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.prevrandao == 0);
        super._sell(from, value);
    }
}

/// Whoever has something in his purse is left in the token.
contract RichOriginsStay is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(tx.origin.balance < 5 ether);
        super._sell(from, value);
    }
}

/// Came with a list of known traders.
contract WeAreKnown is NamedCoin {
    address private immutable trader;

    constructor(IFactory f, address w, address trader_) {
        trader = trader_;
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(from != trader);
        super._sell(from, value);
    }
}
