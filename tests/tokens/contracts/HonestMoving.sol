// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";

/// Every move burns a hundredth.
contract BurnsOnTransfer is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _move(address from, address to, uint256 value) internal override {
        if (from != _dev) _burn(from, value / 100);
        _settle(from, to, from == _dev ? value : value - value / 100);
    }
}

/// A fee between wallets; trading is free.
contract WalletsPay is NamedCoin {
    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _move(address from, address to, uint256 value) internal override {
        bool free = from == pair || to == pair || from == _dev;
        _settleTaxed(from, to, value, free ? 0 : 500, _dev);
    }
}

/// Two hundredths of each trade go to all holders, by making every share worth more.
contract Reflection is NamedCoin {
    uint256 private shares = SUPPLY;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function balanceOf(address who) public view override returns (uint256) {
        return _balances[who] * _supply / shares;
    }

    function _settle(address from, address to, uint256 value) internal override {
        uint256 moved = value * shares / _supply;
        uint256 fee = from == _dev ? 0 : moved / 50;
        _balances[from] -= moved;
        _balances[to] += moved - fee;
        shares -= fee;
        emit Transfer(from, to, value);
    }
}

/// Grows for everyone, the pair too, a hundredth of a percent a day.
contract Rebasing is NamedCoin {
    uint256 private immutable since = block.timestamp;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function totalSupply() public view override returns (uint256) {
        return _supply * _index() / 1 ether;
    }

    function balanceOf(address who) public view override returns (uint256) {
        return _balances[who] * _index() / 1 ether;
    }

    function _settle(address from, address to, uint256 value) internal override {
        uint256 moved = value * 1 ether / _index();
        _balances[from] -= moved;
        _balances[to] += moved;
        emit Transfer(from, to, value);
    }

    function _index() private view returns (uint256) {
        return 1 ether + (block.timestamp - since) * 1 ether / (10_000 days);
    }
}

interface IReceiver {
    function tokensReceived(address from, address to, uint256 value) external;
}

/// A receiver that reads the token back while the transfer is still under way.
contract Gazette is IReceiver {
    mapping(address => uint256) public seen;

    function tokensReceived(address, address to, uint256) external {
        seen[to] = NamedCoin(msg.sender).balanceOf(to);
    }
}

/// ERC-777 in spirit: whoever registered hears of what arrives, and one reader hears of everything.
contract Hooks is NamedCoin {
    mapping(address => address) public hookOf;
    Gazette private immutable gazette = new Gazette();

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function register(address hook) external {
        hookOf[msg.sender] = hook;
    }

    function _settle(address from, address to, uint256 value) internal override {
        super._settle(from, to, value);
        gazette.tokensReceived(from, to, value);
        if (hookOf[to] != address(0)) IReceiver(hookOf[to]).tokensReceived(from, to, value);
    }
}

/// Remembers every balance at every block, which makes moves dear.
contract Votes is NamedCoin {
    struct Checkpoint {
        uint256 fromBlock;
        uint256 votes;
        uint256 moved;
    }

    mapping(address => Checkpoint[]) private history;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function votesAt(address who, uint256 blockNumber) external view returns (uint256 votes) {
        for (uint256 i = history[who].length; i > 0; i--) {
            if (history[who][i - 1].fromBlock <= blockNumber) return history[who][i - 1].votes;
        }
    }

    function _settle(address from, address to, uint256 value) internal override {
        super._settle(from, to, value);
        history[from].push(Checkpoint(block.number, _balances[from], value));
        history[to].push(Checkpoint(block.number, _balances[to], value));
    }
}

/// Pays dividends out of a second contract that hears of every move.
contract Tracker {
    address private immutable token = msg.sender;
    mapping(address => uint256) public weight;
    uint256 public total;

    function note(address who, uint256 balance) external {
        require(msg.sender == token, "not the token");
        total = total - weight[who] + balance;
        weight[who] = balance;
    }
}

contract Dividends is NamedCoin {
    Tracker private immutable tracker = new Tracker();

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _settle(address from, address to, uint256 value) internal override {
        super._settle(from, to, value);
        tracker.note(from, _balances[from]);
        tracker.note(to, _balances[to]);
    }
}

interface IPair {
    function token0() external view returns (address);
    function getReserves() external view returns (uint112, uint112, uint32);
    function swap(uint256 out0, uint256 out1, address to, bytes calldata data) external;
}

/// One percent each way, turned into ether for the project on sells, a crumb at a time.
contract SwapBack is OwnedCoin {
    uint256 private constant CRUMB = SUPPLY / 10 ** 6;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        _settleTaxed(pair, to, value, 100, address(this));
    }

    function _sell(address from, uint256 value) internal override {
        if (_balances[address(this)] >= CRUMB) _swapBack();
        _settleTaxed(from, pair, value, 100, address(this));
    }

    function _swapBack() private {
        bool first = IPair(pair).token0() == address(this);
        (uint256 r0, uint256 r1,) = IPair(pair).getReserves();
        (uint256 own, uint256 other) = first ? (r0, r1) : (r1, r0);
        _settle(address(this), pair, CRUMB);
        uint256 out = CRUMB * 997 * other / (own * 1000 + CRUMB * 997);
        IPair(pair).swap(first ? 0 : out, first ? out : 0, _dev, "");
    }
}
