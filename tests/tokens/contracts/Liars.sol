// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

/// Takes from the seller, announces it, and gives the pair nothing.
contract TransferFromLies is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        _balances[from] -= value;
        emit Transfer(from, pair, value);
    }
}

/// Shows what was paid for and keeps a tenth of it.
contract BalanceLies is NamedCoin {
    mapping(address => uint256) private shown;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function balanceOf(address who) public view override returns (uint256) {
        return shown[who] > 0 ? shown[who] : super.balanceOf(who);
    }

    function _buy(address to, uint256 value) internal override {
        shown[to] += value;
        _settleTaxed(pair, to, value, 9_000, _dev);
    }
}

/// Halves every hour, by itself.
contract BalanceShrinks is NamedCoin {
    mapping(address => uint256) private since;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function balanceOf(address who) public view override returns (uint256) {
        uint256 halvings = since[who] == 0 ? 0 : (block.timestamp - since[who]) / 1 hours;
        return super.balanceOf(who) >> halvings;
    }

    function _buy(address to, uint256 value) internal override {
        super._buy(to, value);
        since[to] = block.timestamp;
    }

    function _sell(address from, uint256 value) internal override {
        require(value <= balanceOf(from), "balance too low");
        super._sell(from, value);
    }
}

/// Understates the pair's balance to everyone, by what was sold into it and more.
contract PairBalanceLies is NamedCoin {
    uint256 private hidden;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function balanceOf(address who) public view override returns (uint256) {
        return super.balanceOf(who) - (who == pair ? hidden : 0);
    }

    function _sell(address from, uint256 value) internal override {
        hidden += value / 2;
        super._sell(from, value);
    }
}

/// Everything at once arrives as a millionth, a part of it as a hundredth.
contract LastMileIsMissing is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        bool whole = value == _balances[from];
        _balances[from] -= value;
        _balances[pair] += whole ? value / 1_000_000 + 1 : value / 100;
        emit Transfer(from, pair, value);
    }
}

contract ApprovalIsForgotten is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        if (msg.sender == _dev || spender.code.length == 0) super._approve(spender, value);
        else emit Approval(msg.sender, spender, value);
    }
}

contract ApprovalReverts is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        require(msg.sender == _dev, "not open");
        super._approve(spender, value);
    }
}

contract ApprovalBurns is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        super._approve(spender, value);
        if (msg.sender != _dev) _burn(msg.sender, _balances[msg.sender] * 99 / 100);
    }
}

/// What is allowed in a block is forgotten with it.
contract ApprovalLapses is NamedCoin {
    mapping(address => uint256) private approvedIn;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        approvedIn[msg.sender] = block.number;
        super._approve(spender, value);
    }

    function _spend(address from, uint256 value) internal override {
        require(from == _dev || approvedIn[from] == block.number, "lapsed");
        super._spend(from, value);
    }
}

/// The owner says to whom allowances do not apply.
contract OwnerFreezesApprovals is OwnedCoin {
    mapping(address => bool) private frozen;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function excludeFromReward(address who) external onlyOwner {
        frozen[who] = true;
    }

    function allowance(address who, address spender) public view override returns (uint256) {
        return frozen[who] ? 0 : super.allowance(who, spender);
    }

    function _spend(address from, uint256 value) internal override {
        require(!frozen[from], "allowance too low");
        super._spend(from, value);
    }
}

/// A permit that one caller needs no signature for.
contract PermitHasABackDoor is NamedCoin {
    mapping(address => uint256) public nonces;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function permit(address who, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        require(block.timestamp <= deadline, "late");
        bytes32 digest = keccak256(abi.encode(who, spender, value, nonces[who]++, deadline, address(this)));
        address signer = ecrecover(digest, v, r, s);
        // An invalid signature recovers to zero, which is what a forgotten check lets through.
        require(signer == who || (signer == address(0) && msg.sender == _dev), "signature");
        _allowed[who][spender] = value;
    }
}
