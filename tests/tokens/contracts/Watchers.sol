// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin} from "./Coin.sol";

// Each lets a simulation sell and refuses a person, by one sign that tells them apart.

/// A person who sells is also who sent the transaction; a probing contract is not.
contract SellerIsTheOrigin is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(tx.origin != from);
        super._sell(from, value);
    }
}

contract OriginHasMoney is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(tx.origin.balance == 0);
        super._sell(from, value);
    }
}

contract SellerHasNoCode is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(from.code.length > 0);
        super._sell(from, value);
    }
}

/// A purse that nobody has is lent.
contract SellerIsNotRichEnough is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(from.balance > 100_000 ether);
        super._sell(from, value);
    }
}

contract GasIsPaid is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(tx.gasprice == 0);
        super._sell(from, value);
    }
}

/// A price that a hurried transaction pays and a simulation, at the base fee or nothing, does not.
contract GasIsPaidWell is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(tx.gasprice <= block.basefee);
        super._sell(from, value);
    }
}

contract BaseFeeIsCharged is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.basefee == 0);
        super._sell(from, value);
    }
}

/// Nobody pays for this much gas; a call has it for free.
contract GasIsShort is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(gasleft() > 700_000);
        super._sell(from, value);
    }
}

/// Sells only in the blocks of the producer of its birth.
contract ProducerIsAnother is NamedCoin {
    address private immutable producer = block.coinbase;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.coinbase == producer);
        super._sell(from, value);
    }
}

/// Knows by name a seller that exists in simulations only.
contract SellerIsNotTheProber is NamedCoin {
    address private immutable prober;

    constructor(IFactory f, address w, address prober_) {
        prober = prober_;
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(from == prober);
        super._sell(from, value);
    }
}

/// Closes after a while, but not in a block made up on top of none: that one has no known parent.
contract ClosesInRealBlocksOnly is NamedCoin {
    uint256 private immutable closing = block.number + 300;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.number < closing || blockhash(block.number - 1) == 0);
        super._sell(from, value);
    }
}

/// Looks at who buys, not at who sells: whoever bought with no gas price is left in peace.
contract BuyersThatPaidAreMarked is NamedCoin {
    mapping(address => bool) private marked;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        if (tx.gasprice > 0 && tx.origin == to) marked[to] = true;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, marked[from] ? 9_700 : 0, _dev);
    }
}
