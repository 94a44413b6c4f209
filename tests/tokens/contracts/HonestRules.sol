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

/// Its storage and its code name people who may do nothing to holders.
contract NamesItsPeople is OwnedCoin {
    address private treasury;
    address private immutable founder;
    bool public celebrated;

    constructor(IFactory f, address w, address person) {
        (treasury, founder) = (person, person);
        _launch(f, w, SUPPLY);
    }

    function celebrate() external {
        require(msg.sender == treasury || msg.sender == founder);
        celebrated = true;
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, 100, treasury);
    }
}

/// The owner may ask for less, never for more.
contract FeeOnlyFalls is OwnedCoin {
    uint256 public sellFee = 100;
    uint256 public buyFee = 100;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setFees(uint256 buy, uint256 sell) external onlyOwner {
        require(buy <= buyFee && sell <= sellFee, "only down");
        (buyFee, sellFee) = (buy, sell);
    }

    function _buy(address to, uint256 value) internal override {
        _settleTaxed(pair, to, value, buyFee, address(this));
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, sellFee, address(this));
    }
}

/// Two dozen functions for an owner that is gone, and people who could never use them.
contract ManyPowersAreGone is OwnedCoin {
    address private treasury;
    address private immutable founder;
    mapping(uint256 => uint256) private rules;

    constructor(IFactory f, address w, address person) {
        (treasury, founder) = (person, person);
        _launch(f, w, SUPPLY);
    }

    function setRule0(uint256) external onlyOwner {
        rules[0] = 1;
    }

    function setRule1(address, bool) external onlyOwner {
        rules[1] = 1;
    }

    function setRule2(uint256, uint256) external onlyOwner {
        rules[2] = 1;
    }

    function setRule3(uint256) external onlyOwner {
        rules[3] = 1;
    }

    function setRule4(address, bool) external onlyOwner {
        rules[4] = 1;
    }

    function setRule5(uint256, uint256) external onlyOwner {
        rules[5] = 1;
    }

    function setRule6(uint256) external onlyOwner {
        rules[6] = 1;
    }

    function setRule7(address, bool) external onlyOwner {
        rules[7] = 1;
    }

    function setRule8(uint256, uint256) external onlyOwner {
        rules[8] = 1;
    }

    function setRule9(uint256) external onlyOwner {
        rules[9] = 1;
    }

    function setRule10(address, bool) external onlyOwner {
        rules[10] = 1;
    }

    function setRule11(uint256, uint256) external onlyOwner {
        rules[11] = 1;
    }

    function setRule12(uint256) external onlyOwner {
        rules[12] = 1;
    }

    function setRule13(address, bool) external onlyOwner {
        rules[13] = 1;
    }

    function setRule14(uint256, uint256) external onlyOwner {
        rules[14] = 1;
    }

    function setRule15(uint256) external onlyOwner {
        rules[15] = 1;
    }

    function setRule16(address, bool) external onlyOwner {
        rules[16] = 1;
    }

    function setRule17(uint256, uint256) external onlyOwner {
        rules[17] = 1;
    }

    function setRule18(uint256) external onlyOwner {
        rules[18] = 1;
    }

    function setRule19(address, bool) external onlyOwner {
        rules[19] = 1;
    }

    function setRule20(uint256, uint256) external onlyOwner {
        rules[20] = 1;
    }

    function setRule21(uint256) external onlyOwner {
        rules[21] = 1;
    }

    function setRule22(address, bool) external onlyOwner {
        rules[22] = 1;
    }

    function setRule23(uint256, uint256) external onlyOwner {
        rules[23] = 1;
    }
}
