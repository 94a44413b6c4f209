// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Reads} from "./Reads.sol";

/// Every fact of a page of markets in one eth_call. It is never deployed: its code is lent to an unused
/// address for the length of the call (no constructor, no storage, no immutables). Unreadable facts
/// are zero with their flag down; nothing a token does can make the page revert.
contract Lens {
    /// `token` is what is traded, `quote` is what it is paid in; `holders` may know more than others:
    /// its launcher and big buyers, zero where there is none.
    struct Query {
        address pair;
        address token;
        address quote;
        address[3] holders;
    }

    /// `name` and `symbol` are undecoded return data (string or bytes32), cut at TEXT_CAP bytes.
    struct TokenMeta {
        bool hasCode;
        bool decimalsOk;
        uint256 decimals;
        bool supplyOk;
        uint256 supply;
        bool nameOk;
        bytes name;
        bool symbolOk;
        bytes symbol;
    }

    uint256 private constant TEXT_CAP = 320;
    uint256 private constant MARKET_WORDS = 15;
    uint256 private constant PAIR_WORDS = 5;
    address private constant DEAD = 0x000000000000000000000000000000000000dEaD;

    // Flags of a market, one bit each, in its first word.
    uint256 private constant PAIR_HAS_CODE = 1 << 0;
    uint256 private constant TOKEN_HAS_CODE = 1 << 1;
    uint256 private constant RESERVES_OK = 1 << 2;
    uint256 private constant LP_SUPPLY_OK = 1 << 3;
    uint256 private constant TOKEN_SUPPLY_OK = 1 << 4;
    uint256 private constant OWNER_OK = 1 << 5;
    uint256 private constant WALLET_BALANCE_OK = 1 << 6;
    uint256 private constant PAIR_TOKEN_OK = 1 << 7;
    uint256 private constant PAIR_QUOTE_OK = 1 << 8;
    uint256 private constant FACTORY_OK = 1 << 9;
    uint256 private constant LP_HELD_OK = 1 << 10;
    uint256 private constant INSIDERS_OK = 1 << 11;

    bytes4 private constant BALANCE_OF = bytes4(keccak256("balanceOf(address)"));
    bytes4 private constant ALLOWANCE = bytes4(keccak256("allowance(address,address)"));
    bytes4 private constant TOTAL_SUPPLY = bytes4(keccak256("totalSupply()"));
    bytes4 private constant DECIMALS = bytes4(keccak256("decimals()"));
    bytes4 private constant NAME = bytes4(keccak256("name()"));
    bytes4 private constant SYMBOL = bytes4(keccak256("symbol()"));
    bytes4 private constant OWNER = bytes4(keccak256("owner()"));
    bytes4 private constant GET_OWNER = bytes4(keccak256("getOwner()"));
    bytes4 private constant RESERVES = bytes4(keccak256("getReserves()"));
    bytes4 private constant FACTORY = bytes4(keccak256("factory()"));
    bytes4 private constant TOKEN0 = bytes4(keccak256("token0()"));
    bytes4 private constant TOKEN1 = bytes4(keccak256("token1()"));

    /// 15 words a market: flags, token reserve, quote reserve, time of the reserves, LP supply, LP that
    /// nobody can withdraw (zero address, dead address, `lockers`), token supply, owner, token code hash,
    /// pair code hash, the wallet's tokens, the pair's tokens, the pair's quote, the pair's factory, what
    /// the insiders hold: owner, `holders` and the token itself, each counted once.
    function markets(Query[] calldata q, address[] calldata lockers, address wallet)
        external
        view
        returns (bytes memory out)
    {
        out = new bytes(q.length * MARKET_WORDS * 32);
        for (uint256 i = 0; i < q.length; i++) {
            uint256 row = _slot(out, i * MARKET_WORDS);
            uint256 flags = _pairFacts(q[i], row) | _tokenFacts(q[i].token, wallet, row);
            flags |= _held(q[i], row) | _lockedLp(q[i].pair, lockers, row) | _insiders(q[i], row);
            _put(row, 0, flags);
        }
    }

    function tokens(address[] calldata t) external view returns (TokenMeta[] memory out) {
        out = new TokenMeta[](t.length);
        for (uint256 i = 0; i < t.length; i++) {
            TokenMeta memory meta = out[i];
            if (t[i].code.length == 0) continue; // a call to nothing succeeds, and means nothing
            meta.hasCode = true;
            (meta.decimalsOk, meta.decimals) = Reads.word(t[i], DECIMALS);
            (meta.supplyOk, meta.supply) = Reads.word(t[i], TOTAL_SUPPLY);
            (meta.nameOk, meta.name) = Reads.raw(t[i], NAME, TEXT_CAP);
            (meta.symbolOk, meta.symbol) = Reads.raw(t[i], SYMBOL, TEXT_CAP);
        }
    }

    /// 5 words a pair: has code, factory, token0, token1, code hash.
    function pairs(address[] calldata p) external view returns (bytes memory out) {
        out = new bytes(p.length * PAIR_WORDS * 32);
        for (uint256 i = 0; i < p.length; i++) {
            uint256 row = _slot(out, i * PAIR_WORDS);
            _put(row, 0, p[i].code.length == 0 ? 0 : 1);
            _putAddress(row, 1, p[i], FACTORY);
            _putAddress(row, 2, p[i], TOKEN0);
            _putAddress(row, 3, p[i], TOKEN1);
            _put(row, 4, uint256(p[i].codehash));
        }
    }

    /// The native balance, then 2 words a token: ok, balance.
    function accounts(address wallet, address[] calldata t) external view returns (bytes memory out) {
        out = new bytes((1 + t.length * 2) * 32);
        _put(_slot(out, 0), 0, wallet.balance);
        for (uint256 i = 0; i < t.length; i++) {
            (bool ok, uint256 balance) = Reads.word(t[i], BALANCE_OF, wallet);
            _putRead(_slot(out, 1 + i * 2), ok, balance);
        }
    }

    /// 2 words a token: ok, allowance.
    function allowances(address wallet, address spender, address[] calldata t)
        external
        view
        returns (bytes memory out)
    {
        out = new bytes(t.length * 64);
        for (uint256 i = 0; i < t.length; i++) {
            (bool ok, uint256 allowance) = Reads.word(t[i], ALLOWANCE, wallet, spender);
            _putRead(_slot(out, i * 2), ok, allowance);
        }
    }

    function _pairFacts(Query calldata q, uint256 row) private view returns (uint256 flags) {
        if (q.pair.code.length != 0) flags = PAIR_HAS_CODE;
        (bool ok, uint256 first, uint256 second, uint256 time) = Reads.threeWords(q.pair, RESERVES);
        if (ok) flags |= RESERVES_OK;
        bool tokenIsFirst = q.token < q.quote;
        _put(row, 1, tokenIsFirst ? first : second);
        _put(row, 2, tokenIsFirst ? second : first);
        _put(row, 3, time);
        uint256 value;
        (ok, value) = Reads.word(q.pair, TOTAL_SUPPLY);
        flags |= _noted(row, 4, LP_SUPPLY_OK, ok, value);
        _put(row, 9, uint256(q.pair.codehash));
        (ok, value) = Reads.addr(q.pair, FACTORY);
        flags |= _noted(row, 13, FACTORY_OK, ok, value);
    }

    function _tokenFacts(address token, address wallet, uint256 row)
        private
        view
        returns (uint256 flags)
    {
        if (token.code.length != 0) flags = TOKEN_HAS_CODE;
        (bool ok, uint256 value) = Reads.word(token, TOTAL_SUPPLY);
        flags |= _noted(row, 6, TOKEN_SUPPLY_OK, ok, value);
        (ok, value) = Reads.addr(token, OWNER);
        if (!ok) (ok, value) = Reads.addr(token, GET_OWNER);
        flags |= _noted(row, 7, OWNER_OK, ok, value);
        _put(row, 8, uint256(token.codehash));
        (ok, value) = Reads.word(token, BALANCE_OF, wallet);
        flags |= _noted(row, 10, WALLET_BALANCE_OK, ok, value);
    }

    function _held(Query calldata q, uint256 row) private view returns (uint256 flags) {
        (bool ok, uint256 value) = Reads.word(q.token, BALANCE_OF, q.pair);
        flags |= _noted(row, 11, PAIR_TOKEN_OK, ok, value);
        (ok, value) = Reads.word(q.quote, BALANCE_OF, q.pair);
        flags |= _noted(row, 12, PAIR_QUOTE_OK, ok, value);
    }

    function _insiders(Query calldata q, uint256 row) private view returns (uint256 flags) {
        address[5] memory who;
        who[0] = q.token;
        who[1] = address(uint160(_at(row, 7)));
        for (uint256 i = 0; i < q.holders.length; i++) who[i + 2] = q.holders[i];
        bool ok = q.token.code.length != 0;
        uint256 sum;
        for (uint256 i = 0; i < who.length; i++) {
            if (!_counts(who, i, q.pair)) continue;
            (bool each, uint256 held) = Reads.word(q.token, BALANCE_OF, who[i]);
            (ok, sum) = (ok && each, _addCapped(sum, held));
        }
        return _noted(row, 14, INSIDERS_OK, ok, sum);
    }

    /// Not what is burned or in the pool, and nobody twice.
    function _counts(address[5] memory who, uint256 index, address pair)
        private
        pure
        returns (bool)
    {
        address one = who[index];
        if (one == address(0) || one == DEAD || one == pair) return false;
        for (uint256 i = 0; i < index; i++) {
            if (who[i] == one) return false;
        }
        return true;
    }

    function _lockedLp(address pair, address[] calldata lockers, uint256 row)
        private
        view
        returns (uint256 flags)
    {
        (bool ok, uint256 sum) = Reads.word(pair, BALANCE_OF, address(0));
        bool each;
        uint256 held;
        (each, held) = Reads.word(pair, BALANCE_OF, DEAD);
        (ok, sum) = (ok && each, _addCapped(sum, held));
        for (uint256 i = 0; i < lockers.length; i++) {
            (each, held) = Reads.word(pair, BALANCE_OF, lockers[i]);
            (ok, sum) = (ok && each, _addCapped(sum, held));
        }
        return _noted(row, 5, LP_HELD_OK, ok, sum);
    }

    /// Saturates: a pair that lies about balances must not overflow the page away.
    function _addCapped(uint256 a, uint256 b) private pure returns (uint256) {
        unchecked {
            return a + b < a ? type(uint256).max : a + b;
        }
    }

    function _noted(uint256 row, uint256 index, uint256 flag, bool ok, uint256 value)
        private
        pure
        returns (uint256)
    {
        _put(row, index, value);
        return ok ? flag : 0;
    }

    function _putRead(uint256 row, bool ok, uint256 value) private pure {
        _put(row, 0, ok ? 1 : 0);
        _put(row, 1, value);
    }

    function _putAddress(uint256 row, uint256 index, address target, bytes4 selector) private view {
        (, uint256 value) = Reads.addr(target, selector);
        _put(row, index, value);
    }

    function _slot(bytes memory out, uint256 index) private pure returns (uint256 row) {
        assembly ("memory-safe") {
            row := add(add(out, 32), mul(index, 32))
        }
    }

    function _at(uint256 row, uint256 index) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(row, mul(index, 32)))
        }
    }

    function _put(uint256 row, uint256 index, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(row, mul(index, 32)), value)
        }
    }
}
