// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin} from "./Coin.sol";

interface IBalance {
    function balanceOf(address who) external view returns (uint256);
}

contract ClosesAtBlock is NamedCoin {
    uint256 private immutable closing;

    constructor(IFactory f, address w, uint256 blocks) {
        closing = block.number + blocks;
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.number < closing, "closed");
        super._sell(from, value);
    }
}

contract ClosesAtTime is NamedCoin {
    uint256 private immutable closing;

    constructor(IFactory f, address w, uint256 after_) {
        closing = block.timestamp + after_;
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.timestamp < closing, "closed");
        super._sell(from, value);
    }
}

/// Open for the first half of each of its days.
contract OpensHalfDays is NamedCoin {
    uint256 private immutable since = block.timestamp;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require((block.timestamp - since) % 1 days < 12 hours, "afternoon");
        super._sell(from, value);
    }
}

/// What was bought in this block may leave in this block, and never again: a round trip in one
/// call is always in one block, whichever block that is.
contract LeavesInTheSameBlockOnly is NamedCoin {
    mapping(address => uint256) private boughtIn;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        boughtIn[to] = block.number;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(boughtIn[from] == block.number, "late");
        super._sell(from, value);
    }
}

/// A few minutes to leave, counted for each holder from its own purchase.
contract LeavesWithinMinutes is NamedCoin {
    mapping(address => uint256) private boughtAt;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        boughtAt[to] = block.timestamp;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.timestamp <= boughtAt[from] + 5 minutes, "late");
        super._sell(from, value);
    }
}

/// The first sells show that selling works.
contract ClosesAfterSells is NamedCoin {
    uint256 private sells;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        sells += 1;
        require(sells <= 5, "closed");
        super._sell(from, value);
    }
}

/// Closes when the pool is worth it.
contract ClosesWhenRich is NamedCoin {
    IBalance private immutable weth;

    constructor(IFactory f, address w) {
        weth = IBalance(w);
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(weth.balanceOf(pair) < 60 ether, "closed");
        super._sell(from, value);
    }
}

/// Closes after the fifth buyer, and only to those who came after.
contract ClosesToLaterBuyers is NamedCoin {
    uint256 private buys;
    mapping(address => uint256) private place;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        buys += 1;
        place[to] = buys;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(buys < place[from] + 3, "closed");
        super._sell(from, value);
    }
}
