// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IRouter} from "./IRouter.sol";
import {Reads} from "./Reads.sol";

/// Proves that a token can be sold, by buying it and selling it back through the real router. Never
/// deployed: its code and a native balance are lent to an unused address for one eth_call. Each token is
/// tried in a call to ourselves that always reverts, so the tries cannot see or disturb each other and
/// the answer for a token does not depend on its page.
contract Prober {
    struct Query {
        address token;
        address pair;
        uint256 amountIn;
    }

    /// Amounts in the token's unit, but `expectedBack` and `back`, which are native.
    struct Result {
        uint8 status;
        uint256 expectedOut; // quoted before the buy
        uint256 received; // what the buy brought
        uint256 sentToPair; // what the sell took from us
        uint256 arrived; // what the pair got of it
        uint256 expectedBack; // quoted for `received`, on the reserves after the buy
        uint256 back; // what the sell brought
        uint256 buyGas;
        uint256 sellGas;
        bytes reason; // revert data of the step that failed
    }

    struct Trip {
        address token;
        address pair;
        uint256 amountIn;
        address router;
        address weth;
    }

    uint8 private constant OK = 0;
    uint8 private constant QUOTE_FAILED = 1;
    uint8 private constant BUY_REVERTED = 2;
    uint8 private constant BOUGHT_NOTHING = 3;
    uint8 private constant APPROVE_FAILED = 4;
    uint8 private constant SELL_REVERTED = 5;
    uint8 private constant SOLD_FOR_NOTHING = 6;
    uint8 private constant ISOLATED_FAILURE = 7;
    uint8 private constant BALANCE_READ_FAILED = 8;

    uint256 private constant REASON_CAP = 132; // selector, offset, length and two words of text
    uint256 private constant REPORT_MIN = 384; // an encoded Result without a reason
    uint256 private constant REPORT_MAX = 544; // and with the longest one
    /// Kept back from every step of a try, so that a gas bomb still leaves enough to report it.
    uint256 private constant STEP_SPARE = 40_000;
    /// Kept back from every try, for decoding its report.
    uint256 private constant TRY_SPARE = 60_000;

    bytes4 private constant BALANCE_OF = bytes4(keccak256("balanceOf(address)"));
    bytes4 private constant RESERVES = bytes4(keccak256("getReserves()"));
    bytes4 private constant APPROVE = bytes4(keccak256("approve(address,uint256)"));

    error OnlyMyself();

    receive() external payable {}

    /// Reverts with Reads.PageTooLarge when the gas left does not give every token its `gasEach`.
    function probe(Query[] calldata q, address router, address weth, uint256 gasEach)
        external
        returns (Result[] memory out)
    {
        out = new Result[](q.length);
        for (uint256 i = 0; i < q.length; i++) {
            Trip memory trip = Trip(q[i].token, q[i].pair, q[i].amountIn, router, weth);
            out[i] = _isolated(abi.encodeCall(this.attempt, (trip)), gasEach);
        }
    }

    /// One round trip; always reverts, with the encoded Result.
    function attempt(Trip memory trip) external {
        if (msg.sender != address(this)) revert OnlyMyself();
        Result memory r;
        r.status = _buy(trip, r);
        if (r.status == OK) r.status = _approve(trip, r);
        if (r.status == OK) r.status = _sell(trip, r);
        bytes memory report = abi.encode(r);
        assembly ("memory-safe") {
            revert(add(report, 32), mload(report))
        }
    }

    function _isolated(bytes memory call_, uint256 gasEach) private returns (Result memory r) {
        uint256 room = gasleft();
        if (room - room / 64 < gasEach + TRY_SPARE) revert Reads.PageTooLarge();
        uint256 size;
        assembly ("memory-safe") {
            pop(call(gasEach, address(), 0, add(call_, 32), mload(call_), 0, 0))
            size := returndatasize()
        }
        // Only our own report has this length; out of gas is empty and a panic is 36 bytes.
        if (size >= REPORT_MIN && size <= REPORT_MAX) {
            return abi.decode(Reads.returned(REPORT_MAX), (Result));
        }
        r.status = ISOLATED_FAILURE;
        r.reason = Reads.returned(REASON_CAP);
    }

    function _buy(Trip memory trip, Result memory r) private returns (uint8) {
        address[] memory path = _path(trip.weth, trip.token);
        bool ok;
        (ok, r.expectedOut) = _quote(trip.router, trip.amountIn, path, r);
        if (!ok) return QUOTE_FAILED;
        uint256 before;
        (ok, before) = Reads.word(trip.token, BALANCE_OF, address(this));
        if (!ok) return BALANCE_READ_FAILED;
        bytes memory swap = abi.encodeCall(
            IRouter.swapExactETHForTokensSupportingFeeOnTransferTokens,
            (0, path, address(this), block.timestamp)
        );
        (ok, r.buyGas) = _step(trip.router, trip.amountIn, swap, r);
        if (!ok) return BUY_REVERTED;
        uint256 held;
        (ok, held) = Reads.word(trip.token, BALANCE_OF, address(this));
        if (!ok) return BALANCE_READ_FAILED;
        r.received = _rise(before, held);
        return r.received == 0 ? BOUGHT_NOTHING : OK;
    }

    /// No return value is an old token's yes; false and a revert are a no.
    function _approve(Trip memory trip, Result memory r) private returns (uint8) {
        (bool ok,) = _step(
            trip.token, 0, abi.encodeWithSelector(APPROVE, trip.router, r.received), r
        );
        if (!ok) return APPROVE_FAILED;
        bytes memory answer = Reads.returned(32);
        if (answer.length == 0) return OK;
        return uint256(bytes32(answer)) == 1 ? OK : APPROVE_FAILED;
    }

    function _sell(Trip memory trip, Result memory r) private returns (uint8) {
        address[] memory path = _path(trip.token, trip.weth);
        bool ok;
        (ok, r.expectedBack) = _quote(trip.router, r.received, path, r);
        if (!ok) return QUOTE_FAILED;
        uint256 reserve;
        (ok, reserve) = _reserve(trip);
        if (!ok) return BALANCE_READ_FAILED;
        uint256 held;
        (ok, held) = Reads.word(trip.token, BALANCE_OF, address(this));
        if (!ok) return BALANCE_READ_FAILED;
        return _sold(trip, r, path, held, reserve);
    }

    function _sold(
        Trip memory trip,
        Result memory r,
        address[] memory path,
        uint256 held,
        uint256 reserve
    ) private returns (uint8) {
        uint256 purse = address(this).balance;
        bytes memory swap = abi.encodeCall(
            IRouter.swapExactTokensForETHSupportingFeeOnTransferTokens,
            (r.received, 0, path, address(this), block.timestamp)
        );
        bool ok;
        (ok, r.sellGas) = _step(trip.router, 0, swap, r);
        if (!ok) return SELL_REVERTED;
        r.back = _rise(purse, address(this).balance);
        uint256 left;
        (ok, left) = Reads.word(trip.token, BALANCE_OF, address(this));
        if (!ok) return BALANCE_READ_FAILED;
        r.sentToPair = _rise(left, held);
        uint256 pairHolds;
        (ok, pairHolds) = Reads.word(trip.token, BALANCE_OF, trip.pair);
        if (!ok) return BALANCE_READ_FAILED;
        r.arrived = _rise(reserve, pairHolds);
        return r.back == 0 ? SOLD_FOR_NOTHING : OK;
    }

    /// One call with a bounded share of the gas; on failure its revert data, cut, becomes the reason.
    function _step(address target, uint256 value, bytes memory data, Result memory r)
        private
        returns (bool ok, uint256 gasUsed)
    {
        uint256 room = gasleft();
        uint256 share = room > STEP_SPARE ? room - STEP_SPARE : 0;
        assembly ("memory-safe") {
            ok := call(share, target, value, add(data, 32), mload(data), 0, 0)
        }
        gasUsed = room - gasleft();
        if (!ok) r.reason = Reads.returned(REASON_CAP);
    }

    function _quote(address router, uint256 amountIn, address[] memory path, Result memory r)
        private
        view
        returns (bool ok, uint256 amountOut)
    {
        bytes memory ask = abi.encodeCall(IRouter.getAmountsOut, (amountIn, path));
        uint256 size;
        assembly ("memory-safe") {
            ok := staticcall(gas(), router, add(ask, 32), mload(ask), 0, 0)
            size := returndatasize()
        }
        if (!ok) r.reason = Reads.returned(REASON_CAP);
        if (!ok || size < 128) return (false, 0);
        // offset, length, amount in, amount out
        bytes memory answer = Reads.returned(128);
        assembly ("memory-safe") {
            amountOut := mload(add(answer, 128))
        }
    }

    function _reserve(Trip memory trip) private view returns (bool, uint256) {
        (bool ok, uint256 first, uint256 second,) = Reads.threeWords(trip.pair, RESERVES);
        return (ok, trip.token < trip.weth ? first : second);
    }

    function _path(address from, address to) private pure returns (address[] memory path) {
        path = new address[](2);
        (path[0], path[1]) = (from, to);
    }

    function _rise(uint256 low, uint256 high) private pure returns (uint256) {
        return high > low ? high - low : 0;
    }
}
