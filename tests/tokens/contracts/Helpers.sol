// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

/// Decides about another contract's sells; its own chief commands it, whoever owns the token.
contract Judge {
    address private immutable chief;
    uint256 public cut; // bps
    bool public closed;

    constructor(address chief_) {
        chief = chief_;
    }

    function close() external {
        require(msg.sender == chief);
        closed = true;
    }

    function setCut(uint256 bps) external {
        require(msg.sender == chief);
        cut = bps;
    }
}

contract JudgeDecides is OwnedCoin {
    Judge private immutable judge = new Judge(msg.sender);

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(!judge.closed());
        super._sell(from, value);
    }
}

/// The fee's size and its way out are both in the second contract.
contract JudgeTaxes is OwnedCoin {
    Judge private immutable judge = new Judge(msg.sender);

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, judge.cut(), address(judge));
    }
}

/// Never lets anybody pass whom the token does not know as an insider.
contract Bouncer {
    function pass(address from, address insider) external pure {
        require(from == insider);
    }
}

contract BouncerRefuses is NamedCoin {
    Bouncer private immutable bouncer = new Bouncer();

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        bouncer.pass(from, _dev);
        super._sell(from, value);
    }
}

/// The books themselves are elsewhere, and their keeper can rewrite them.
contract Bank {
    address private immutable token = msg.sender;
    address private immutable chief;
    mapping(address => uint256) public balances;

    constructor(address chief_) {
        chief = chief_;
    }

    function put(address who, uint256 value) external {
        require(msg.sender == token || msg.sender == chief);
        balances[who] = value;
    }
}

contract BankRewrites is NamedCoin {
    Bank private immutable bank = new Bank(msg.sender);

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
        bank.put(msg.sender, SUPPLY);
    }

    function balanceOf(address who) public view override returns (uint256) {
        return bank.balances(who);
    }

    function _settle(address from, address to, uint256 value) internal override {
        bank.put(from, bank.balances(from) - value);
        bank.put(to, bank.balances(to) + value);
        emit Transfer(from, to, value);
    }
}
