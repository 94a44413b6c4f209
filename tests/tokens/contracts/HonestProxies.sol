// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {Administered, Beacon, BeaconProxy, Forwarder, PlainLogic, Standard, UupsLogic} from "./Proxies.sol";

contract FrozenProxy is Standard {
    constructor(IFactory f, address w) {
        _point(address(new PlainLogic()), f, w);
    }
}

/// Could be upgraded, if its owner had not left.
contract RenouncedUups is Standard {
    constructor(IFactory f, address w) {
        _point(address(new UupsLogic()), f, w);
    }
}

contract HonestClone is Forwarder {
    constructor(IFactory f, address w) {
        address logic = address(new PlainLogic());
        _begin(logic, f, w);
        bytes memory code =
            abi.encodePacked(hex"363d3d373d3d3d363d73", logic, hex"5af43d82803e903d91602b57fd5bf3");
        assembly {
            return(add(code, 32), mload(code))
        }
    }

    function _logic() internal pure override returns (address) {
        return address(0); // never part of the code that is left
    }
}

contract HonestBeacon is BeaconProxy {
    constructor(IFactory f, address w) {
        _point(new Beacon(address(new PlainLogic()), address(0)), f, w);
    }
}

/// What it does is announced two days before.
contract Timelock {
    uint256 public constant DELAY = 2 days;
    address private immutable proposer;
    mapping(bytes32 => uint256) public readyAt;

    constructor(address proposer_) {
        proposer = proposer_;
    }

    function queue(address target, bytes calldata data) external {
        require(msg.sender == proposer, "not the proposer");
        readyAt[keccak256(abi.encode(target, data))] = block.timestamp + DELAY;
    }

    function execute(address target, bytes calldata data) external {
        bytes32 id = keccak256(abi.encode(target, data));
        require(readyAt[id] != 0 && block.timestamp >= readyAt[id], "not ready");
        delete readyAt[id];
        (bool ok,) = target.call(data);
        require(ok, "call failed");
    }
}

contract TimelockedProxy is Administered {
    constructor(IFactory f, address w) {
        _write(ADMIN, address(new Timelock(msg.sender)));
        _point(address(new PlainLogic()), f, w);
    }
}
