// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IFactory {
    function createPair(address a, address b) external returns (address pair);
}

interface IRouter {
    function factory() external view returns (address);
    function WETH() external view returns (address);
    function addLiquidityETH(
        address token,
        uint256 amountTokenDesired,
        uint256 amountTokenMin,
        uint256 amountETHMin,
        address to,
        uint256 deadline
    ) external payable returns (uint256, uint256, uint256 liquidity);
}

interface IToken {
    function balanceOf(address holder) external view returns (uint256);
    function setPair(address pair) external;
    function renounceOwnership() external;
    function transferOwnership(address to) external;
}

/// Brings one market to life in one transaction: token, pair, liquidity, burned share of the LP, what is
/// left of the supply to its holders, and the end (or not) of the ownership.
contract Launcher {
    struct Launch {
        bytes creation; // the token's creation code and constructor arguments
        uint256 tokenLiquidity;
        uint256 lpBurnedBps;
        bool renounce;
        address creator; // gets the LP that is not burned, and the ownership unless renounced
        address[] holders; // share the rest of the supply, each at most `holderMax`
        uint256 holderMax;
    }

    address private constant DEAD = 0x000000000000000000000000000000000000dEaD;

    IRouter private immutable router;
    address private immutable factory;
    address private immutable weth;

    event Launched(address token, address pair);

    constructor(IRouter router_) {
        (router, factory, weth) = (router_, router_.factory(), router_.WETH());
    }

    function launch(Launch calldata l) external payable {
        address token = _create(l.creation);
        address pair = IFactory(factory).createPair(token, weth);
        IToken(token).setPair(pair);
        _call(token, abi.encodeWithSignature("approve(address,uint256)", address(router), l.tokenLiquidity));
        (,, uint256 lp) = router.addLiquidityETH{value: msg.value}(
            token, l.tokenLiquidity, 0, 0, address(this), block.timestamp
        );
        uint256 burned = lp * l.lpBurnedBps / 10_000;
        if (burned > 0) _send(pair, DEAD, burned);
        if (lp > burned) _send(pair, l.creator, lp - burned);
        _distribute(token, l);
        if (l.renounce) IToken(token).renounceOwnership();
        else IToken(token).transferOwnership(l.creator);
        emit Launched(token, pair);
    }

    function _distribute(address token, Launch calldata l) private {
        if (l.holders.length == 0) return;
        uint256 share = IToken(token).balanceOf(address(this)) / l.holders.length;
        if (share > l.holderMax) share = l.holderMax;
        for (uint256 i = 0; i < l.holders.length; i++) _send(token, l.holders[i], share);
    }

    function _create(bytes memory creation) private returns (address token) {
        assembly ("memory-safe") {
            token := create(0, add(creation, 32), mload(creation))
        }
        require(token != address(0), "creation failed");
    }

    /// Low level, for the tokens that return nothing.
    function _send(address token, address to, uint256 value) private {
        _call(token, abi.encodeWithSignature("transfer(address,uint256)", to, value));
    }

    function _call(address target, bytes memory data) private {
        (bool ok,) = target.call(data);
        require(ok, "token call failed");
    }
}
