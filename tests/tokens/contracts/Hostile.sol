// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin} from "./Coin.sol";
import {Forwarder, TrapLogic} from "./Proxies.sol";

// Each attacks whoever examines many tokens at once, so that the others are not examined either.

/// Tells its own proxy where the code is, and a stranger something else.
abstract contract Doorman {
    address internal immutable logic = address(new TrapLogic());

    function implementation() external view returns (address) {
        return msg.sender == tx.origin ? _toStrangers() : logic;
    }

    function _toStrangers() internal view virtual returns (address);
}

contract ShoutingDoorman is Doorman {
    function _toStrangers() internal pure override returns (address) {
        revert("429 too many requests: rate limit exceeded, header not found");
    }
}

contract BurningDoorman is Doorman {
    function _toStrangers() internal view override returns (address) {
        while (gasleft() > 0) {}
        return logic;
    }
}

contract BabblingDoorman is Doorman {
    function _toStrangers() internal pure override returns (address) {
        assembly {
            return(0, 7)
        }
    }
}

abstract contract BehindADoorman is Forwarder {
    bytes32 private constant BEACON = bytes32(uint256(keccak256("eip1967.proxy.beacon")) - 1);

    function _logic() internal view override returns (address) {
        return Doorman(_read(BEACON)).implementation();
    }

    function _guard(Doorman doorman, IFactory f, address w) internal {
        _write(BEACON, address(doorman));
        _begin(doorman.implementation(), f, w);
    }
}

contract BeaconShouts is BehindADoorman {
    constructor(IFactory f, address w) {
        _guard(new ShoutingDoorman(), f, w);
    }
}

contract BeaconBurnsGas is BehindADoorman {
    constructor(IFactory f, address w) {
        _guard(new BurningDoorman(), f, w);
    }
}

contract BeaconBabbles is BehindADoorman {
    constructor(IFactory f, address w) {
        _guard(new BabblingDoorman(), f, w);
    }
}

/// Whoever sells is answered with half a megabyte of nothing.
contract SellsRevertWithABlob is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address, uint256) internal pure override {
        assembly {
            revert(0, 500000)
        }
    }
}

/// Sells burn all gas once the block is not the buy's, and the burnt gas is everybody's in one call.
contract BurnsAllGasLater is NamedCoin {
    mapping(address => uint256) private boughtAt;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        boughtAt[to] = block.number;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        while (block.number > boughtAt[from]) {}
        super._sell(from, value);
    }
}

/// What the pair holds is for the pair to know; a program that asks, as a router does, runs out of gas.
contract BalancesBurnGas is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function balanceOf(address who) public view override returns (uint256) {
        while (who == pair && msg.sender != pair && msg.sender != tx.origin) {}
        return super.balanceOf(who);
    }
}
