// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IRouter} from "./IRouter.sol";
import {Reads} from "./Reads.sol";

/// The owner puppet. Never deployed: its code is lent to a wallet that holds the token, and to those who
/// have powers over it (the actors). The wallet makes an actor use one power, sells, notes what came
/// back, and undoes both; so each try starts from the same state, and none leaves a trace.
contract Gate {
    struct Power {
        address target; // the token, or a contract that it obeys
        bytes4 selector; // zero: its calldata names no function
    }

    struct Question {
        address token;
        address pair;
        address router;
        address weth;
        uint256 amountIn; // native; zero when the wallet has bought before
        uint256 tryGas;
        address[] actors; // the likeliest first
        Power[] powers; // the most dangerous first
    }

    /// What every try of one answer shares.
    struct Scene {
        address token;
        address pair;
        address router;
        address weth;
        uint256 tryGas;
        uint256 held;
        uint256 pool; // the pair's tokens
    }

    struct Attempt {
        bool accepted; // the power could be used with these words
        bool sold;
        uint256 back; // native, from the sell after it
        uint256 gained; // tokens that the actor got from nowhere
        uint256 pool; // the pair's tokens after it, before the sell
        uint256 gasUsed; // by the sell
        bytes reason;
    }

    /// The worst that a power did, over all words it was used with.
    struct Row {
        uint256 tried;
        uint256 accepted;
        bool sold;
        uint256 back;
        uint256 gained;
        uint256 pool;
        bytes used; // calldata of the worst use
        bytes reason;
    }

    uint8 private constant OK = 0;
    uint8 private constant BUY_REVERTED = 1;
    uint8 private constant BOUGHT_NOTHING = 2;
    uint8 private constant APPROVE_FAILED = 3;
    uint8 private constant SELL_REVERTED = 4;
    uint8 private constant SOLD_FOR_NOTHING = 5;
    uint8 private constant BALANCE_READ_FAILED = 6;

    uint256 private constant REASON_CAP = 132; // selector, offset, length and two words of text
    uint256 private constant USED_CAP = 100; // selector and three words
    uint256 private constant REPORT_CAP = 512; // an encoded Attempt with the longest reason
    uint256 private constant REPORT_MIN = 288; // and without one
    /// Kept back from every call to what may be hostile, for what comes after it.
    uint256 private constant SPARE = 40_000;
    uint256 private constant GROUPS = 5;
    uint256 private constant PANEL = 10;
    uint256 private constant ROW_BYTES = 576; // six words, and twice bytes of six words

    bytes4 private constant BALANCE_OF = bytes4(keccak256("balanceOf(address)"));
    bytes4 private constant APPROVE = bytes4(keccak256("approve(address,uint256)"));
    bytes4 private constant TRANSFER_FROM = bytes4(keccak256("transferFrom(address,address,uint256)"));

    error OnlyMyself();

    receive() external payable {}

    /// As an actor: call `target` in its name. Reverts with what the target reverted with, cut.
    function act(address target, bytes calldata data) external {
        (bool ok,) = _call(target, 0, data, gasleft());
        if (!ok) _revertWith(Reads.returned(REASON_CAP));
    }

    /// As the wallet. Words: status, held, native back without any power, gas of that sell, pool; the
    /// reason of a failure, if any; then for each power its row. Bytes are a length and five words.
    function powers(Question calldata q) external returns (bytes memory packed) {
        Scene memory scene =
            Scene(q.token, q.pair, q.router, q.weth, q.tryGas, 0, 0);
        (uint8 status, bytes memory reason) = _prepare(scene, q.amountIn);
        Attempt memory plain;
        if (status == OK) {
            plain = _isolated(scene, address(0), Power(address(0), 0), "");
            (status, reason) = (_verdict(plain), plain.reason);
        }
        bytes memory head = abi.encode(status, scene.held, plain.back, plain.gasUsed, scene.pool);
        head = bytes.concat(head, _fixed(reason));
        if (status != OK) return head;
        packed = new bytes(head.length + q.powers.length * ROW_BYTES);
        _put(packed, 0, head);
        for (uint256 i = 0; i < q.powers.length; i++) {
            uint256 mark = _mark();
            bytes memory row = _encoded(_used(scene, q.powers[i], q.actors, plain));
            _put(packed, head.length + i * ROW_BYTES, row);
            _forget(mark);
        }
    }

    /// One use of a power (none when the actor is zero) and the sell; always reverts with its report.
    function attempt(Scene memory scene, address actor, Power memory power, bytes memory data)
        external
    {
        if (msg.sender != address(this)) revert OnlyMyself();
        Attempt memory a;
        a.accepted = true;
        if (actor != address(0)) _use(scene, actor, power, data, a);
        if (a.accepted) _sell(scene, a);
        _revertWith(abi.encode(a));
    }

    function _prepare(Scene memory scene, uint256 amountIn)
        private
        returns (uint8 status, bytes memory reason)
    {
        bool ok;
        if (amountIn > 0) {
            (ok, reason) = _call(scene.router, amountIn, _buy(scene), gasleft() - SPARE);
            if (!ok) return (BUY_REVERTED, reason);
        }
        (ok, scene.held) = Reads.word(scene.token, BALANCE_OF, address(this));
        if (!ok) return (BALANCE_READ_FAILED, "");
        if (scene.held == 0) return (BOUGHT_NOTHING, "");
        (ok, scene.pool) = Reads.word(scene.token, BALANCE_OF, scene.pair);
        if (!ok) return (BALANCE_READ_FAILED, "");
        bytes memory approve = abi.encodeWithSelector(APPROVE, scene.router, scene.held);
        (ok, reason) = _call(scene.token, 0, approve, scene.tryGas);
        return (ok ? OK : APPROVE_FAILED, reason);
    }

    /// Tries the groups of words from few to many. Solidity refuses calldata that is too short and
    /// ignores what is too long, so the first group accepted is that of the power's own arity. A list
    /// is longer than its arity, so that it is accepted proves nothing.
    function _used(
        Scene memory scene,
        Power calldata power,
        address[] calldata actors,
        Attempt memory plain
    ) private returns (Row memory row) {
        (row.sold, row.back, row.pool) = (true, plain.back, scene.pool);
        bool settled;
        for (uint256 i = 0; i < actors.length && row.accepted == 0; i++) {
            if (power.selector != 0 && _isLocked(scene, power, actors[i], row)) continue;
            for (uint256 group = 0; group < GROUPS && !settled; group++) {
                settled = _group(scene, power, actors[i], group, row);
            }
        }
    }

    /// Whether the actor is turned away in the same words whatever it says, as a modifier does. A try
    /// costs as much as a refusal, and most functions refuse most people.
    function _isLocked(Scene memory scene, Power memory power, address actor, Row memory row)
        private
        returns (bool)
    {
        bytes32 said;
        uint256 same;
        for (uint256 i = 0; i < PANEL; i++) {
            if (_isShort(scene)) return false;
            uint256 mark = _mark();
            Attempt memory a =
                _isolated(scene, actor, power, bytes.concat(power.selector, _panel(i)));
            (bool accepted, uint256 size, bytes32 heard) =
                (a.accepted, a.reason.length, keccak256(a.reason));
            _forget(mark);
            if (accepted || (size > 0 && said != 0 && heard != said)) return false;
            if (size > 0) (said, same) = (heard, same + 1);
            if (i == 1 && same == 0) return false;
        }
        if (same < 2) return false;
        row.tried += PANEL;
        return true;
    }

    /// Eight words each: all numbers of the groups, and us where an address may be wanted.
    function _panel(uint256 i) private view returns (bytes memory) {
        uint256 us = uint160(address(this));
        if (i == 7) return abi.encode(us, us, us, us, us, us, us, us);
        if (i == 8) return abi.encode(us, 1, 1, 1, 1, 1, 1, 1);
        if (i == 9) return abi.encode(1, us, 1, 1, 1, 1, 1, 1);
        uint256 n = i < 5 ? _number(i) : i == 5 ? 25 : 1_000;
        return abi.encode(n, n, n, n, n, n, n, n);
    }

    function _isShort(Scene memory scene) private view returns (bool) {
        return gasleft() < scene.tryGas + scene.tryGas / 32 + 4 * SPARE;
    }

    function _group(
        Scene memory scene,
        Power memory power,
        address actor,
        uint256 group,
        Row memory row
    ) private returns (bool settled) {
        bytes[] memory words = _words(scene, actor, group);
        for (uint256 i = 0; i < words.length && row.sold; i++) {
            if (_isShort(scene)) return true;
            uint256 mark = _mark();
            bytes memory data =
                power.selector == 0 ? words[i] : bytes.concat(power.selector, words[i]);
            Attempt memory a = _isolated(scene, actor, power, data);
            row.tried += 1;
            if (a.accepted && words[i].length <= 32 * group) settled = true;
            if (!_noted(row, a, data)) _forget(mark);
        }
        return settled || !row.sold;
    }

    /// Whether anything of the try is kept. The reason is that of the worst use; as long as none was
    /// accepted, of the first.
    function _noted(Row memory row, Attempt memory a, bytes memory data) private pure returns (bool) {
        if (!a.accepted) {
            if (row.accepted > 0 || row.reason.length > 0) return false;
            row.reason = a.reason;
            return true;
        }
        row.accepted += 1;
        bool worse = !a.sold || a.back < row.back || a.gained > row.gained || a.pool < row.pool;
        if (!worse && row.accepted > 1) return false;
        row.reason = a.reason; // empty, unless the sell failed
        if (!worse) return true;
        (row.used, row.sold) = (data, a.sold);
        if (a.back < row.back) row.back = a.back;
        if (a.gained > row.gained) row.gained = a.gained;
        if (a.pool < row.pool) row.pool = a.pool;
        return true;
    }

    function _isolated(Scene memory scene, address actor, Power memory power, bytes memory data)
        private
        returns (Attempt memory a)
    {
        bytes memory call_ = abi.encodeCall(this.attempt, (scene, actor, power, data));
        uint256 limit = scene.tryGas;
        uint256 size;
        assembly ("memory-safe") {
            pop(call(limit, address(), 0, add(call_, 32), mload(call_), 0, 0))
            size := returndatasize()
        }
        // Only our own report has this length; out of gas is empty and a panic is 36 bytes.
        if (size >= REPORT_MIN && size <= REPORT_CAP) {
            return abi.decode(Reads.returned(REPORT_CAP), (Attempt));
        }
        a.accepted = true; // it burned all the gas: whatever it is, nobody sells after it
        a.reason = Reads.returned(REASON_CAP);
    }

    function _use(
        Scene memory scene,
        address actor,
        Power memory power,
        bytes memory data,
        Attempt memory a
    ) private {
        (, uint256 before) = Reads.word(scene.token, BALANCE_OF, actor);
        bytes memory order = abi.encodeCall(this.act, (power.target, data));
        (a.accepted, a.reason) = _call(actor, 0, order, _share());
        if (!a.accepted) return;
        (, uint256 held) = Reads.word(scene.token, BALANCE_OF, actor);
        if (held > before) a.gained = held - before;
        (, a.pool) = Reads.word(scene.token, BALANCE_OF, scene.pair);
    }

    function _sell(Scene memory scene, Attempt memory a) private {
        uint256 purse = address(this).balance;
        bytes memory swap = abi.encodeCall(
            IRouter.swapExactTokensForETHSupportingFeeOnTransferTokens,
            (scene.held, 0, _path(scene.token, scene.weth), address(this), block.timestamp)
        );
        uint256 room = gasleft();
        (a.sold, a.reason) = _call(scene.router, 0, swap, _share());
        a.gasUsed = room - gasleft();
        if (address(this).balance > purse) a.back = address(this).balance - purse;
        if (a.back == 0) a.sold = false;
    }

    function _buy(Scene memory scene) private view returns (bytes memory) {
        return abi.encodeCall(
            IRouter.swapExactETHForTokensSupportingFeeOnTransferTokens,
            (0, _path(scene.weth, scene.token), address(this), block.timestamp)
        );
    }

    function _verdict(Attempt memory plain) private pure returns (uint8) {
        if (plain.sold) return OK;
        return plain.reason.length == 0 && plain.gasUsed > 0 ? SOLD_FOR_NOTHING : SELL_REVERTED;
    }

    /// The words that a power is used with, after its selector: few that hurt, by arity.
    function _words(Scene memory s, address actor, uint256 group)
        private
        view
        returns (bytes[] memory w)
    {
        if (group == 0) return new bytes[](1);
        if (group == 1) return _one(s);
        if (group == 2) return _two(s, actor);
        if (group == 3) return _three(s, actor);
        w = new bytes[](7);
        for (uint256 i = 0; i < w.length; i++) {
            w[i] = _panel(i);
        }
    }

    function _one(Scene memory s) private view returns (bytes[] memory w) {
        w = new bytes[](12);
        for (uint256 i = 0; i < 5; i++) {
            w[i] = abi.encode(_number(i));
        }
        (w[5], w[6]) = (abi.encode(25), abi.encode(1_000));
        w[7] = abi.encode(address(this));
        (w[8], w[9]) = (abi.encode(s.pair), abi.encode(s.router));
        // an address and flags in one word
        w[10] = abi.encodePacked(address(this), type(uint96).max);
        w[11] = abi.encode(32, 1, address(this)); // a list
    }

    function _two(Scene memory s, address actor) private view returns (bytes[] memory w) {
        w = new bytes[](27);
        for (uint256 i = 0; i < 5; i++) {
            w[i] = abi.encode(_number(i), _number(i));
        }
        (w[5], w[6]) = (abi.encode(address(this), 1), abi.encode(address(this), 0));
        w[7] = abi.encode(address(this), type(uint256).max);
        w[8] = abi.encode(address(this), s.held);
        w[9] = abi.encode(s.router, 0);
        (w[10], w[11]) = (abi.encode(s.pair, 1), abi.encode(s.pair, 0));
        w[12] = abi.encode(actor, s.pool / 2 + 1);
        w[13] = abi.encode(64, 1, 1, address(this)); // a list, on
        w[14] = abi.encode(64, 0, 1, address(this)); // and off
        w[15] = abi.encode(TRANSFER_FROM, address(this)); // a function's new home
        w[16] = abi.encode(s.token, s.pool / 2 + 1); // where another contract commands the token
        // rates of two sides, each below what may be capped, and one where the other is capped lower
        (w[17], w[18]) = (abi.encode(25, 25), abi.encode(1_000, 1_000));
        for (uint256 i = 0; i < 3; i++) {
            uint256 rate = i == 0 ? 100 : i == 1 ? 1_000 : 10_000;
            (w[19 + i], w[22 + i]) = (abi.encode(0, rate), abi.encode(rate, 0));
        }
        (w[25], w[26]) = (abi.encode(address(this), 10_000), abi.encode(1, address(this)));
    }

    function _three(Scene memory s, address actor) private view returns (bytes[] memory w) {
        w = new bytes[](13);
        for (uint256 i = 0; i < 5; i++) {
            w[i] = abi.encode(_number(i), _number(i), _number(i));
        }
        w[5] = abi.encode(address(this), actor, s.held); // take from us
        w[6] = abi.encode(s.pair, actor, s.pool / 2 + 1); // take from the pool
        w[7] = abi.encode(address(this), 64, 0); // new code and no call
        (w[8], w[9]) = (abi.encode(25, 25, 25), abi.encode(1_000, 1_000, 1_000));
        (w[10], w[11]) = (abi.encode(0, 100, 0), abi.encode(0, 1_000, 0));
        w[12] = abi.encode(0, 0, 1_000);
    }

    function _number(uint256 i) private pure returns (uint256) {
        if (i < 2) return i; // also false and true
        if (i == 2) return 100; // all of it in percent
        return i == 3 ? 10_000 : type(uint256).max; // in bps
    }

    function _call(address target, uint256 value, bytes memory data, uint256 limit)
        private
        returns (bool ok, bytes memory reason)
    {
        assembly ("memory-safe") {
            ok := call(limit, target, value, add(data, 32), mload(data), 0, 0)
        }
        if (!ok) reason = Reads.returned(REASON_CAP);
    }

    function _share() private view returns (uint256) {
        uint256 room = gasleft();
        return room > SPARE ? room - SPARE : 0;
    }

    function _encoded(Row memory r) private pure returns (bytes memory) {
        bytes memory head = abi.encode(r.tried, r.accepted, r.sold, r.back, r.gained, r.pool);
        return bytes.concat(head, _fixed(_cut(r.used)), _fixed(r.reason));
    }

    function _cut(bytes memory data) private pure returns (bytes memory) {
        if (data.length > USED_CAP) {
            assembly ("memory-safe") {
                mstore(data, USED_CAP)
            }
        }
        return data;
    }

    /// A length and five words.
    function _fixed(bytes memory data) private pure returns (bytes memory out) {
        out = new bytes(192);
        uint256 size = data.length;
        assembly ("memory-safe") {
            mstore(add(out, 32), size)
            for { let i := 0 } lt(i, size) { i := add(i, 32) } {
                mstore(add(add(out, 64), i), mload(add(add(data, 32), i)))
            }
        }
        _clear(out, size);
    }

    /// Zeroes what a whole-word copy took from beyond the end.
    function _clear(bytes memory out, uint256 size) private pure {
        uint256 rest = size % 32;
        if (rest == 0) return;
        assembly ("memory-safe") {
            let last := add(add(out, 64), sub(size, rest))
            let bits := sub(256, shl(3, rest))
            mstore(last, shl(bits, shr(bits, mload(last))))
        }
    }

    function _put(bytes memory into, uint256 offset, bytes memory data) private pure {
        uint256 size = data.length; // whole words
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, size) { i := add(i, 32) } {
                mstore(add(add(add(into, 32), offset), i), mload(add(add(data, 32), i)))
            }
        }
    }

    /// A thousand tries would otherwise pay for the memory of all before them.
    function _mark() private pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    /// Only where nothing allocated since the mark is referred to any more.
    function _forget(uint256 free) private pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }

    function _path(address from, address to) private pure returns (address[] memory path) {
        path = new address[](2);
        (path[0], path[1]) = (from, to);
    }

    function _revertWith(bytes memory data) private pure {
        assembly ("memory-safe") {
            revert(add(data, 32), mload(data))
        }
    }
}
