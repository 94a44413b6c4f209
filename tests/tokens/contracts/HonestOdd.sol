// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Books, IFactory} from "./Books.sol";
import {Coin, NamedCoin, OwnedCoin} from "./Coin.sol";

contract Plain is OwnedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }
}

/// A live owner who can do nothing to a holder.
contract OwnerNamesTheSite is OwnedCoin {
    string public site;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setSite(string calldata to) external onlyOwner {
        site = to;
    }
}

contract Decimals is NamedCoin {
    uint8 private immutable places;

    constructor(IFactory f, address w, uint8 places_) {
        places = places_;
        _launch(f, w, 10 ** 9 * 10 ** uint256(places_));
    }

    function decimals() public view override returns (uint8) {
        return places;
    }
}

contract LargeSupply is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, 1 << 250);
    }
}

/// As USDT: the three calls return nothing.
contract NoReturnValues is Books {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function transfer(address to, uint256 value) external {
        _move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        _spend(from, value);
        _move(from, to, value);
    }

    function approve(address spender, uint256 value) external {
        _approve(spender, value);
    }
}

contract NoMetadata is Coin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }
}

contract NoDecimals is Coin {
    string public constant name = "No Decimals";
    string public constant symbol = "NODEC";

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }
}

contract Bytes32Symbol is Coin {
    bytes32 public constant name = "Old Maker";
    bytes32 public constant symbol = "OLD";
    uint8 public constant decimals = 18;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }
}

contract RevertingName is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function name() public pure override returns (string memory) {
        revert("no name");
    }
}

/// As the governance coins of 2020: amounts of 96 bits, the largest approval for ever.
contract Uint96 is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        require(value == type(uint256).max || value < 1 << 96, "96 bits");
        super._approve(spender, value);
    }

    function _move(address from, address to, uint256 value) internal override {
        require(value < 1 << 96, "96 bits");
        super._move(from, to, value);
    }
}

contract ApproveFromZeroOnly is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _approve(address spender, uint256 value) internal override {
        require(value == 0 || _allowed[msg.sender][spender] == 0, "set it to zero first");
        super._approve(spender, value);
    }
}

contract ZeroIsRefused is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _move(address from, address to, uint256 value) internal override {
        require(to != address(0) && to != address(this) && value > 0, "zero");
        super._move(from, to, value);
    }
}

contract Burnable is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function burn(uint256 value) external {
        _burn(msg.sender, value);
    }

    function burnFrom(address from, uint256 value) external {
        _spend(from, value);
        _burn(from, value);
    }
}

/// EIP-2612 as it is written.
contract Permit is NamedCoin {
    mapping(address => uint256) public nonces;
    bytes32 public immutable DOMAIN_SEPARATOR;
    bytes32 private constant TYPE =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    constructor(IFactory f, address w) {
        bytes32 domain = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
        DOMAIN_SEPARATOR =
            keccak256(abi.encode(domain, keccak256("Corpus Coin"), block.chainid, address(this)));
        _launch(f, w, SUPPLY);
    }

    function permit(address who, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        require(block.timestamp <= deadline, "late");
        bytes32 content = keccak256(abi.encode(TYPE, who, spender, value, nonces[who]++, deadline));
        address signer =
            ecrecover(keccak256(abi.encodePacked(hex"1901", DOMAIN_SEPARATOR, content)), v, r, s);
        require(signer != address(0) && signer == who, "signature");
        _allowed[who][spender] = value;
        emit Approval(who, spender, value);
    }
}

/// Lends any amount inside one call: a mint that leaves nothing behind.
contract FlashMint is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function flash(uint256 value, bytes calldata data) external {
        _mint(msg.sender, value);
        (bool ok,) = msg.sender.call(data);
        require(ok, "borrower");
        _burn(msg.sender, value);
    }
}

/// ERC-677: the receiver hears of it when the sender asks for that.
contract TransferAndCall is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function transferAndCall(address to, uint256 value, bytes calldata data) external returns (bool) {
        transfer(to, value);
        (bool ok,) = to.call(abi.encodeWithSignature("onTokenTransfer(address,uint256,bytes)", msg.sender, value, data));
        require(ok, "receiver");
        return true;
    }
}
