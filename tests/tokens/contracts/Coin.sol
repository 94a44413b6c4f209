// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Books, IFactory} from "./Books.sol";

/// The three calls of the standard.
abstract contract Coin is Books {
    function transfer(address to, uint256 value) public virtual returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) public virtual returns (bool) {
        _spend(from, value);
        _move(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) public virtual returns (bool) {
        _approve(spender, value);
        return true;
    }
}

/// With the three optional reads.
abstract contract NamedCoin is Coin {
    function name() public view virtual returns (string memory) {
        return "Corpus Coin";
    }

    function symbol() public view virtual returns (string memory) {
        return "CORP";
    }

    function decimals() public view virtual returns (uint8) {
        return 18;
    }
}

/// With an owner, in the usual way.
abstract contract OwnedCoin is NamedCoin {
    address internal _owner;

    event OwnershipTransferred(address indexed from, address indexed to);

    modifier onlyOwner() {
        require(msg.sender == _owner, "not the owner");
        _;
    }

    function _launch(IFactory factory, address weth, uint256 supply) internal virtual override {
        super._launch(factory, weth, supply);
        _owner = msg.sender;
    }

    function owner() public view virtual returns (address) {
        return _owner;
    }

    function transferOwnership(address to) external virtual onlyOwner {
        emit OwnershipTransferred(_owner, to);
        _owner = to;
    }

    function renounceOwnership() external virtual onlyOwner {
        emit OwnershipTransferred(_owner, address(0));
        _owner = address(0);
    }
}
