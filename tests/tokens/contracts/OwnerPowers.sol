// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

contract OwnerPauses is OwnedCoin {
    bool public paused;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function pause() external onlyOwner {
        paused = true;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(!paused, "paused");
        super._move(from, to, value);
    }
}

contract OwnerMints is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function mint(address to, uint256 value) external onlyOwner {
        _mint(to, value);
    }
}

/// Mints under another name, without an event and without a trace in the supply.
contract OwnerMintsInSecret is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function distribute(address to, uint256 value) external onlyOwner {
        _balances[to] += value;
    }
}

contract OwnerBurnsOthers is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function burn(address from, uint256 value) external onlyOwner {
        _burn(from, value);
    }
}

/// The owner needs nobody's leave to spend.
contract OwnerSpendsForOthers is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _spend(address from, uint256 value) internal override {
        if (msg.sender != _owner) super._spend(from, value);
    }
}

/// Balances are shares of an index that the owner moves; the pair's is not.
contract OwnerRebases is OwnedCoin {
    uint256 private index = 1 ether;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function rebase(uint256 to) external onlyOwner {
        index = to;
    }

    function balanceOf(address who) public view override returns (uint256) {
        return who == pair || who == _dev ? _balances[who] : _balances[who] * index / 1 ether;
    }

    function _sell(address from, uint256 value) internal override {
        require(value <= balanceOf(from), "balance too low");
        super._sell(from, value);
    }
}

contract OwnerClosesTrading is OwnedCoin {
    bool public tradingOpen = true;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setTrading(bool open) external onlyOwner {
        tradingOpen = open;
    }

    function _sell(address from, uint256 value) internal override {
        require(tradingOpen, "closed");
        super._sell(from, value);
    }
}

/// `owner()` says zero and a hidden name keeps the powers.
contract RenouncementIsFake is OwnedCoin {
    bool private closed;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function swapAndLiquify(bool on) external {
        require(msg.sender == _dev);
        closed = on;
    }

    function _sell(address from, uint256 value) internal override {
        require(!closed);
        super._sell(from, value);
    }
}

/// Renounced until the former owner wants it back.
contract OwnershipComesBack is OwnedCoin {
    address private previous;
    bool private closed;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function lock() external onlyOwner {
        (previous, _owner) = (_owner, address(0));
    }

    function unlock() external {
        require(msg.sender == previous);
        _owner = previous;
    }

    function close() external onlyOwner {
        closed = true;
    }

    function _sell(address from, uint256 value) internal override {
        require(!closed);
        super._sell(from, value);
    }
}

/// Nobody owns it; whoever gets the marketing money sets the fee.
contract MarketingSetsFee is NamedCoin {
    mapping(address => bool) private authorized;
    uint256 private fee;

    constructor(IFactory f, address w) {
        authorized[msg.sender] = true;
        _launch(f, w, SUPPLY);
    }

    function setMarketingFee(uint256 bps) external {
        require(authorized[msg.sender]);
        fee = bps;
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, fee, _dev);
    }
}

/// The switch is a transfer like any other, of a number that only one wallet knows to mean something.
contract SecretKnock is NamedCoin {
    bool private closed;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _move(address from, address to, uint256 value) internal override {
        if (from == _dev && to == address(this) && value == 31_337) closed = true;
        super._move(from, to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(!closed);
        super._sell(from, value);
    }
}

/// The switch is in nobody's contract: one wei at some address.
contract LampIsLit is NamedCoin {
    address private immutable lamp;

    constructor(IFactory f, address w, address lamp_) {
        lamp = lamp_;
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require(lamp.balance == 0);
        super._sell(from, value);
    }
}

/// Its code is gone on command, on the chains where code can go.
contract Destroys is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function close() external onlyOwner {
        selfdestruct(payable(msg.sender));
    }
}
