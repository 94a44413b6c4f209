// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {OwnedCoin} from "./Coin.sol";

/// An honest implementation.
contract PlainLogic is OwnedCoin {
    function initialize(IFactory f, address w) external {
        require(pair == address(0), "again");
        _launch(f, w, SUPPLY);
    }
}

contract TrapLogic is PlainLogic {
    function _sell(address, uint256) internal pure override {
        revert("not open");
    }
}

contract DelayedLogic is PlainLogic {
    uint256 private since;

    function _buy(address to, uint256 value) internal override {
        if (since == 0) since = block.number;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        require(block.number < since + 200, "closed");
        super._sell(from, value);
    }
}

/// Honest code that its owner can replace, of the kind that replaces itself.
contract UupsLogic is PlainLogic {
    function upgradeTo(address to) external onlyOwner {
        bytes32 slot = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
        assembly {
            sstore(slot, to)
        }
    }
}

abstract contract Forwarder {
    function _logic() internal view virtual returns (address);

    function _begin(address logic, IFactory f, address w) internal {
        (bool ok,) = logic.delegatecall(abi.encodeCall(PlainLogic.initialize, (f, w)));
        require(ok, "initialize");
    }

    function _read(bytes32 slot) internal view returns (address found) {
        assembly {
            found := sload(slot)
        }
    }

    function _write(bytes32 slot, address value) internal {
        assembly {
            sstore(slot, value)
        }
    }

    fallback() external payable {
        _forward();
    }

    receive() external payable {
        _forward();
    }

    function _forward() internal {
        address logic = _logic();
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), logic, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}

/// EIP-1967, with nobody who could upgrade it from outside.
abstract contract Standard is Forwarder {
    bytes32 internal constant LOGIC = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
    bytes32 internal constant ADMIN = bytes32(uint256(keccak256("eip1967.proxy.admin")) - 1);

    function _logic() internal view override returns (address) {
        return _read(LOGIC);
    }

    function _point(address logic, IFactory f, address w) internal {
        _write(LOGIC, logic);
        _begin(logic, f, w);
    }
}

/// The admin sees `upgradeTo`, everybody else the token.
abstract contract Administered is Standard {
    function upgradeTo(address to) external {
        if (msg.sender == _read(ADMIN)) _write(LOGIC, to);
        else _forward();
    }
}

contract ProxyToATrap is Standard {
    constructor(IFactory f, address w) {
        _point(address(new TrapLogic()), f, w);
    }
}

contract ProxyToADelay is Standard {
    constructor(IFactory f, address w) {
        _point(address(new DelayedLogic()), f, w);
    }
}

contract ProxyThatTurns is Administered {
    constructor(IFactory f, address w) {
        _write(ADMIN, msg.sender);
        _point(address(new PlainLogic()), f, w);
        new TrapLogic(); // waits for its turn
    }
}

contract LogicThatTurns is Standard {
    constructor(IFactory f, address w) {
        _point(address(new UupsLogic()), f, w);
        new TrapLogic();
    }
}

/// EIP-1167: its own code holds the address and nothing else.
contract CloneOfATrap is Forwarder {
    constructor(IFactory f, address w) {
        address logic = address(new TrapLogic());
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

contract Beacon {
    address public implementation;
    address public owner;

    constructor(address logic, address owner_) {
        (implementation, owner) = (logic, owner_);
    }

    function upgradeTo(address to) external {
        require(msg.sender == owner);
        implementation = to;
    }
}

abstract contract BeaconProxy is Forwarder {
    bytes32 internal constant BEACON = bytes32(uint256(keccak256("eip1967.proxy.beacon")) - 1);

    function _logic() internal view override returns (address) {
        return Beacon(_read(BEACON)).implementation();
    }

    function _point(Beacon beacon, IFactory f, address w) internal {
        _write(BEACON, address(beacon));
        _begin(beacon.implementation(), f, w);
    }
}

contract BeaconToATrap is BeaconProxy {
    constructor(IFactory f, address w) {
        _point(new Beacon(address(new TrapLogic()), address(0)), f, w);
    }
}

contract BeaconThatTurns is BeaconProxy {
    constructor(IFactory f, address w) {
        _point(new Beacon(address(new PlainLogic()), msg.sender), f, w);
        new TrapLogic();
    }
}

/// A proxy after no standard: slot and switch are its own.
contract NamelessProxy is Forwarder {
    bytes32 private constant SPOT = keccak256("corpus.spot");

    constructor(IFactory f, address w) {
        address logic = address(new PlainLogic());
        _write(SPOT, logic);
        _write(bytes32(uint256(SPOT) + 1), msg.sender);
        _begin(logic, f, w);
        new TrapLogic();
    }

    function _logic() internal view override returns (address) {
        return _read(SPOT);
    }

    function sweep_71c(address to) external {
        require(msg.sender == _read(bytes32(uint256(SPOT) + 1)));
        _write(SPOT, to);
    }
}

/// One address for each function; only one of them turns.
contract Facets is Forwarder {
    bytes32 private constant SPOT = keccak256("corpus.facets");

    constructor(IFactory f, address w) {
        address logic = address(new PlainLogic());
        _write(SPOT, logic);
        _write(bytes32(uint256(SPOT) + 1), msg.sender);
        _begin(logic, f, w);
        new TrapLogic();
    }

    function cut(bytes4 selector, address to) external {
        require(msg.sender == _read(bytes32(uint256(SPOT) + 1)));
        _write(_spot(selector), to);
    }

    function _logic() internal view override returns (address) {
        address own = _read(_spot(msg.sig));
        return own == address(0) ? _read(SPOT) : own;
    }

    function _spot(bytes4 selector) private pure returns (bytes32) {
        return keccak256(abi.encode(SPOT, selector));
    }
}

/// The library behind it can be destroyed, and a call to no code succeeds.
contract BrittleLogic is PlainLogic {
    function retire(address payable to) external {
        selfdestruct(to);
    }
}

contract ProxyToNothing is Standard {
    constructor(IFactory f, address w) {
        _point(address(new BrittleLogic()), f, w);
    }
}
