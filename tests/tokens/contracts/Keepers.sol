// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

// Each obeys somebody who neither owns nor launched it.

abstract contract Closable is NamedCoin {
    bool internal closed;

    function _mayClose() internal view virtual returns (bool);

    function sweep_19() external {
        require(_mayClose());
        closed = true;
    }

    function _sell(address from, uint256 value) internal override {
        require(!closed);
        super._sell(from, value);
    }
}

contract KeeperInStorage is Closable {
    address private keeper;

    constructor(IFactory f, address w, address keeper_) {
        keeper = keeper_;
        _launch(f, w, SUPPLY);
    }

    function _mayClose() internal view override returns (bool) {
        return msg.sender == keeper;
    }
}

/// Shares its slot with flags.
contract KeeperIsPacked is Closable {
    uint64 private since = uint64(block.timestamp);
    address private keeper;

    constructor(IFactory f, address w, address keeper_) {
        keeper = keeper_;
        _launch(f, w, SUPPLY);
    }

    function _mayClose() internal view override returns (bool) {
        return since > 0 && msg.sender == keeper;
    }
}

contract KeeperInCode is Closable {
    address private immutable keeper;

    constructor(IFactory f, address w, address keeper_) {
        keeper = keeper_;
        _launch(f, w, SUPPLY);
    }

    function _mayClose() internal view override returns (bool) {
        return msg.sender == keeper;
    }
}

/// Decides for another contract, at the word of its own keeper.
contract Valve {
    address private keeper;
    bool public shut;

    constructor(address keeper_) {
        keeper = keeper_;
    }

    function turn() external {
        require(msg.sender == keeper);
        shut = true;
    }
}

contract KeeperOfTheHelper is NamedCoin {
    Valve private immutable valve;

    constructor(IFactory f, address w, address keeper) {
        valve = new Valve(keeper);
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(!valve.shut());
        super._sell(from, value);
    }
}

/// The launcher commands a contract that only storage names.
contract HelperInStorage is NamedCoin {
    Valve private valve;

    constructor(IFactory f, address w) {
        valve = new Valve(msg.sender);
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(!valve.shut());
        super._sell(from, value);
    }
}

/// Knows its master by who sent the transaction, whoever calls.
contract OriginSetsTax is NamedCoin {
    uint256 private bps;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function adjust(uint256 to) external {
        require(tx.origin == _dev);
        bps = to;
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, bps > BPS_ONE ? BPS_ONE : bps, _dev);
    }
}

/// Its launcher closes it by an ordinary transfer.
contract DustFromTheLauncher is NamedCoin {
    bool private closed;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _settle(address from, address to, uint256 value) internal override {
        if (from == _dev && to == pair && value < 1 ether) closed = true;
        super._settle(from, to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(!closed);
        super._sell(from, value);
    }
}

// Their owners' powers take words that must fit one another.

contract FeesOfTwoSides is OwnedCoin {
    uint256 private buyFee;
    uint256 private sellFee;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    /// In percent; only what a buyer sees is capped.
    function setFees(uint256 buy, uint256 sell) external onlyOwner {
        require(buy <= 5);
        (buyFee, sellFee) = (buy, sell);
    }

    function _buy(address to, uint256 value) internal override {
        _settleTaxed(pair, to, value, buyFee * 100, _dev);
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, sellFee > 90 ? 9_000 : sellFee * 100, _dev);
    }
}

/// A quarter at most, which is what many call fair.
contract FeesAreCappedAtAQuarter is OwnedCoin {
    uint256 private buyFee;
    uint256 private sellFee;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setFees(uint256 buy, uint256 sell) external onlyOwner {
        require(buy <= 2_500 && sell <= 2_500);
        (buyFee, sellFee) = (buy, sell);
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, sellFee, _dev);
    }
}

contract OneHoldersFee is OwnedCoin {
    mapping(address => uint256) private bps;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function assign(address who, uint256 to) external onlyOwner {
        require(to <= BPS_ONE);
        bps[who] = to;
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, bps[from] < 100 ? 0 : bps[from], _dev);
    }
}

/// The number comes first.
contract ModeOfAHolder is OwnedCoin {
    mapping(address => uint256) private mode;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function classify(uint256 to, address who) external onlyOwner {
        require(who > address(0xffffffff));
        mode[who] = to;
    }

    function _sell(address from, uint256 value) internal override {
        require(mode[from] == 0);
        super._sell(from, value);
    }
}

/// Asks whomever its owner names, if anybody.
contract GuardComesLater is OwnedCoin {
    address private guard;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function appoint(address to) external onlyOwner {
        guard = to;
    }

    function _sell(address from, uint256 value) internal override {
        if (guard.code.length > 0) {
            (bool ok,) = guard.call(abi.encodeWithSignature("check(address)", from));
            require(ok);
        }
        super._sell(from, value);
    }
}
