// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin} from "./Coin.sol";

interface IPair {
    function token0() external view returns (address);
    function getReserves() external view returns (uint112, uint112, uint32);
    function swap(uint256 out0, uint256 out1, address to, bytes calldata data) external;
    function sync() external;
    function skim(address to) external;
}

/// Tells the pair to take what was sold for its own before the router asks what came in.
contract SyncsDuringTheSell is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        super._sell(from, value);
        IPair(pair).sync();
    }
}

/// Half of what is sold leaves the pair again before it is counted.
contract SkimsDuringTheSell is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        super._sell(from, value / 2);
        IPair(pair).skim(_dev);
        super._sell(from, value - value / 2);
    }
}

/// Sells a stash of its own ahead of every seller.
contract SellsAheadOfTheSell is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
        _mint(address(this), 5 * SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        _dump(_balances[address(this)] / 2);
        super._sell(from, value);
    }

    function _dump(uint256 value) private {
        bool first = IPair(pair).token0() == address(this);
        (uint256 r0, uint256 r1,) = IPair(pair).getReserves();
        (uint256 own, uint256 other) = first ? (r0, r1) : (r1, r0);
        _settle(address(this), pair, value);
        uint256 out = value * 997 * other / (own * 1000 + value * 997);
        IPair(pair).swap(first ? 0 : out, first ? out : 0, _dev, "");
    }
}

/// Its launcher can empty the pair of tokens and sync: what he kept then buys nearly all the ether.
contract BurnsThePair is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function squeeze() external {
        require(msg.sender == _dev);
        _burn(pair, _balances[pair] * 9_999 / BPS_ONE);
        IPair(pair).sync();
    }
}
