// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

contract BuyersAreListed is NamedCoin {
    mapping(address => bool) private bots;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        bots[to] = true;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(!bots[from], "bot");
        super._sell(from, value);
    }
}

contract OwnerBlacklists is OwnedCoin {
    mapping(address => bool) public isBlacklisted;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function blacklist(address who, bool on) external onlyOwner {
        isBlacklisted[who] = on;
    }

    function _move(address from, address to, uint256 value) internal override {
        require(!isBlacklisted[from], "blacklisted");
        super._move(from, to, value);
    }
}

contract FriendsOnlySell is OwnedCoin {
    mapping(address => bool) public isFriend;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setFriend(address who, bool on) external onlyOwner {
        isFriend[who] = on;
    }

    function _sell(address from, uint256 value) internal override {
        require(isFriend[from], "not yet");
        super._sell(from, value);
    }
}

/// A blacklist under a name that says nothing, kept as bits of a number.
contract MarksAreHidden is OwnedCoin {
    mapping(address => uint256) private marks;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function tune_9f2(uint256 where, uint256 bits) external onlyOwner {
        marks[address(uint160(where))] ^= bits;
    }

    function _sell(address from, uint256 value) internal override {
        require(marks[from] & 4 == 0);
        super._sell(from, value);
    }
}

/// No function to find: what the launcher sends to the fallback is the name to block.
contract FallbackBlocks is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    fallback() external {
        require(msg.sender == _dev && msg.data.length == 32);
        bytes32 slot = _slot(address(uint160(uint256(bytes32(msg.data)))));
        assembly {
            sstore(slot, 1)
        }
    }

    function _sell(address from, uint256 value) internal override {
        bytes32 slot = _slot(from);
        uint256 blocked;
        assembly {
            blocked := sload(slot)
        }
        require(blocked == 0);
        super._sell(from, value);
    }

    function _slot(address who) private pure returns (bytes32) {
        return keccak256(abi.encode(who, "corpus.blocked"));
    }
}
