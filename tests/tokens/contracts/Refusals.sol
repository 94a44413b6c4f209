// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

contract SellsRevert is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address, uint256) internal pure override {
        revert("not open");
    }
}

/// Says yes and moves nothing.
contract SellsMoveNothing is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address, uint256) internal pure override {}
}

contract SellsReturnFalse is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return !_isSell(from, to) && super.transferFrom(from, to, value);
    }
}

contract SellsBurnAllGas is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address, uint256) internal pure override {
        assembly {
            for {} 1 {} {}
        }
    }
}

/// Answers a sell with more bytes than the router can pay to copy.
contract SellsAnswerWithABlob is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address, uint256) internal pure override {
        assembly {
            mstore(0, 1)
            return(0, 400000)
        }
    }
}

/// People may move it, programs may not: a router is a program.
contract ProgramsMayNotSpend is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _spend(address from, uint256 value) internal override {
        require(msg.sender.code.length == 0 || from == _dev, "spender");
        super._spend(from, value);
    }
}

/// Knows a pair when it meets one, whichever factory made it; wallets send to wallets freely.
contract PairsMayNotReceive is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _move(address from, address to, uint256 value) internal override {
        require(from == _dev || !_isAPair(to), "to");
        _settle(from, to, value);
    }

    function _isAPair(address to) private view returns (bool) {
        (bool ok, bytes memory answer) = to.staticcall(abi.encodeWithSignature("token0()"));
        return ok && answer.length == 32;
    }
}

/// The routers that may spend are on a list, and the owner strikes them off.
contract RoutersAreListed is OwnedCoin {
    mapping(address => bool) public struckOff;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setRouter(address router, bool allowed) external onlyOwner {
        struckOff[router] = !allowed;
    }

    function _spend(address from, uint256 value) internal override {
        require(!struckOff[msg.sender] || from == _dev, "router");
        super._spend(from, value);
    }
}
