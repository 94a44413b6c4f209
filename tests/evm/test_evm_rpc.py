"""The JSON-RPC client against a real server that answers well, badly, late or not at all."""

import json
import traceback

import pytest

from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.rpc_errors import RpcFault, RpcFaultError
from botctl.core.codes import Code
from botctl.core.errors import BotError, OperatorError, TransientError
from tests.evm.fake_node import FakeNode, Say, fault, http, result, results

SECRET = "s3cret-api-key"  # noqa: S105  a canary


def failure(node: FakeNode, *, timeout_ms: int = 10_000) -> BotError:
    with pytest.raises(BotError) as caught:
        node.rpc(timeout_ms=timeout_ms).call("eth_chainId")
    return caught.value


def test_a_call_returns_the_result_and_counts_what_it_cost() -> None:
    with FakeNode(result("0x1")) as node:
        rpc = node.rpc()
        assert rpc.call("eth_getBalance", "0xab", "latest") == "0x1"
        asked = json.loads(node.bodies[0])
        assert asked["method"] == "eth_getBalance"
        assert asked["params"] == ["0xab", "latest"]
        assert (rpc.round_trips, rpc.bytes_out) == (1, len(node.bodies[0]))
        assert rpc.bytes_in > 0


def test_null_is_an_answer() -> None:
    with FakeNode(result(None)) as node:
        assert node.rpc().call("eth_getTransactionReceipt", "0x") is None


def test_calls_share_one_connection() -> None:
    with FakeNode(result(1), result(2), result(3)) as node:
        rpc = node.rpc()
        assert [rpc.call("m") for _ in range(3)] == [1, 2, 3]
        assert node.connections == 1


def test_a_connection_closed_while_idle_is_opened_again_without_anyone_noticing() -> None:
    closing = Say(result(1).data, then_close=True)
    with FakeNode(closing, result(2)) as node:
        rpc = node.rpc()
        assert [rpc.call("m"), rpc.call("m")] == [1, 2]
        assert node.connections == 2


def test_a_fresh_connection_that_closes_unanswered_is_not_tried_again() -> None:
    with FakeNode(Say(b"", then_close=True), result(2)) as node:
        assert failure(node).code is Code.ERR_RPC_GARBAGE
        assert len(node.bodies) == 1


def test_after_a_failure_the_next_call_starts_on_a_clean_connection() -> None:
    cut = Say(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", then_close=True)
    with FakeNode(cut, result(2)) as node:
        rpc = node.rpc()
        with pytest.raises(TransientError):
            rpc.call("m")
        assert rpc.call("m") == 2


def test_path_query_and_user_are_sent_and_never_shown() -> None:
    with FakeNode(Say(http(b"nonsense", "500 Oops"))) as node:
        url = f"http://me:{SECRET}@{node.host}/v2/{SECRET}?key={SECRET}"
        rpc = JsonRpc(url)
        with pytest.raises(TransientError) as caught:
            rpc.call("m")
        assert node.heads[0].startswith(f"POST /v2/{SECRET}?key={SECRET} HTTP/1.1".encode())
        assert b"Authorization: Basic bWU6" in node.heads[0]
        rpc.close()
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(rpc)) + rpc.name
    assert SECRET not in shown
    assert "127.0.0.1" in str(caught.value)


def test_a_provider_that_echoes_our_key_does_not_put_it_into_the_error() -> None:
    with (
        FakeNode(
            fault(-32000, f"bad project {SECRET}, see https://x.example/{SECRET}\x1b[31m")
        ) as node,
        pytest.raises(RpcFaultError) as caught,
    ):
        node.rpc(f"/v3/{SECRET}").call("m")
    assert SECRET not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert "bad project" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/x",
        "http://",
        "http://host:port/",
        "http://ho st/",
        "http://host/\r\nX: y",
        "",
        "http://hö/",
    ],
)
def test_a_url_we_cannot_use_is_the_operators_to_mend_and_is_not_repeated(url: str) -> None:
    with pytest.raises(OperatorError) as caught:
        JsonRpc(url)
    assert caught.value.code is Code.ERR_CONFIG_INVALID
    assert not url or url not in str(caught.value)


STATUSES = {
    "401 Unauthorized": (OperatorError, Code.ERR_RPC_REFUSED),
    "403 Forbidden": (OperatorError, Code.ERR_RPC_REFUSED),
    "429 Too Many Requests": (TransientError, Code.ERR_RPC_RATE_LIMITED),
    "500 Internal Server Error": (TransientError, Code.ERR_RPC_UNREACHABLE),
    "503 Service Unavailable": (TransientError, Code.ERR_RPC_UNREACHABLE),
    "404 Not Found": (TransientError, Code.ERR_RPC_GARBAGE),
    "301 Moved": (TransientError, Code.ERR_RPC_GARBAGE),
}


@pytest.mark.parametrize("status", STATUSES)
def test_an_http_status_says_who_must_act(status: str) -> None:
    family, code = STATUSES[status]
    with FakeNode(Say(http(b"<html>no</html>", status))) as node:
        found = failure(node)
    assert isinstance(found, family)
    assert found.code is code


def test_a_fault_sent_with_status_400_is_still_read() -> None:
    body = b'{"id":null,"error":{"code":-32600,"message":"invalid request"}}'
    with FakeNode(Say(http(body, "400 Bad Request"))) as node:
        assert "invalid request" in str(failure(node))


OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = b'{"id":1,"result":"0x2a"}'
GARBAGE = {
    "not http": b"SSH-2.0-OpenSSH_9\r\n\r\n",
    "no status": b"HTTP/1.1 \r\n\r\n",
    "html": http(b"<html>busy</html>"),
    "empty": http(b""),
    "cut short": OK + b'Content-Length: 99\r\n\r\n{"id":1',
    "cut head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "cut json": http(b'{"id":1,"result":"0x'),
    "not utf-8": http(b'{"id":1,"result":"\xff\xfe"}'),
    "wrong id": http(b'{"id":77,"result":1}'),
    "id as text": http(b'{"id":"1","result":1}'),
    "no id": http(b'{"result":1}'),
    "no result": http(b'{"id":1}'),
    "a batch": http(b'[{"id":1,"result":1}]'),
    "error is text": http(b'{"id":1,"error":"no"}'),
    "deep": http(b'{"id":1,"result":' + b"[" * 100_000),
    "negative length": OK + b"Content-Length: -1\r\n\r\n{}",
    "length with a blank": OK + b"Content-Length: 2_4\r\n\r\n" + WHOLE,
    "length with a sign": OK + b"Content-Length: +24\r\n\r\n" + WHOLE,
    "two lengths": OK + b"Content-Length: 23\r\nContent-Length: 24\r\n\r\n" + WHOLE,
    "too large": OK + b"Content-Length: 99999999999\r\n\r\n",
    "endless head": OK + b"x: y\r\n" * 20_000,
    "interim only": b"HTTP/1.1 100 Continue\r\n\r\n" * 9,
    "gzip": OK + b"Transfer-Encoding: gzip\r\n\r\nxx",
    "bad chunk size": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bad chunk end": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX",
    "chunks too large": OK + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    "cut chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
    "endless tail": OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 100,
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_an_answer_that_is_not_json_rpc_is_garbage_not_a_crash(kind: str) -> None:
    with FakeNode(Say(GARBAGE[kind], then_close=True)) as node:
        found = failure(node)
    assert isinstance(found, TransientError)
    assert found.code is Code.ERR_RPC_GARBAGE


FRAMINGS = {
    "chunked": OK
    + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n"
    + WHOLE[:5]
    + b"\r\n13\r\n"
    + WHOLE[5:]
    + b"\r\n0\r\nT: x\r\n\r\n",
    "until close": OK + b"\r\n" + WHOLE,
    "after continue": b"HTTP/1.1 100 Continue\r\n\r\n" + http(WHOLE),
    "odd case": b"HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh:24\r\nConnection: Close\r\n\r\n" + WHOLE,
    "http 1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 24\r\n\r\n" + WHOLE,
    "error is null": http(b'{"id":1,"result":"0x2a","error":null}'),
}


@pytest.mark.parametrize("kind", FRAMINGS)
def test_every_way_to_frame_an_answer_is_read(kind: str) -> None:
    with FakeNode(Say(FRAMINGS[kind], then_close=True)) as node:
        assert node.rpc().call("m") == "0x2a"


@pytest.mark.parametrize("first", [FRAMINGS["odd case"], http(WHOLE) + b"more"])
def test_a_connection_announced_as_closing_or_out_of_step_is_not_used_again(first: bytes) -> None:
    with FakeNode(Say(first), result(2)) as node:
        rpc = node.rpc()
        assert [rpc.call("m"), rpc.call("m")] == ["0x2a", 2]
        assert node.connections == 2


def test_a_connection_reset_while_idle_is_opened_again_too() -> None:
    with FakeNode(Say(result(1).data, then_reset=True), result(2)) as node:
        rpc = node.rpc()
        assert [rpc.call("m"), rpc.call("m")] == [1, 2]


def test_a_server_that_never_stops_talking_is_a_timeout() -> None:
    with FakeNode(Say(OK + b"\r\n", then_flood=True)) as node:
        assert failure(node, timeout_ms=20).code is Code.ERR_RPC_TIMEOUT


def test_a_large_answer_arrives_whole() -> None:
    value = "0x" + "ab" * 1_000_000
    with FakeNode(result(value)) as node:
        assert node.rpc().call("m") == value


@pytest.mark.parametrize("begun", [b"", OK, OK + b"Content-Length: 24\r\n\r\n{"])
def test_a_server_that_stalls_at_any_point_is_a_timeout(begun: bytes) -> None:
    with FakeNode(Say(begun, then_hang=True)) as node:
        assert failure(node, timeout_ms=50).code is Code.ERR_RPC_TIMEOUT


def test_a_kept_connection_that_stalls_is_a_timeout_and_not_asked_twice() -> None:
    with FakeNode(result(1), Say(b"", then_hang=True)) as node:
        rpc = node.rpc(timeout_ms=50)
        rpc.call("m")
        with pytest.raises(TransientError) as caught:
            rpc.call("m")
        assert caught.value.code is Code.ERR_RPC_TIMEOUT
        assert len(node.bodies) == 2


def test_nobody_listening_is_unreachable() -> None:
    with FakeNode() as node:
        url = node.url
    with pytest.raises(TransientError) as caught:
        JsonRpc(url).call("m")
    assert caught.value.code is Code.ERR_RPC_UNREACHABLE


def test_a_server_without_tls_is_unreachable_over_https() -> None:
    with FakeNode(Say(b"HTTP/1.1 400 Bad Request\r\n\r\n", then_close=True)) as node:
        rpc = JsonRpc(node.url.replace("http:", "https:"), timeout_ms=500)
        with pytest.raises(TransientError) as caught:
            rpc.call("m")
    assert caught.value.code in {Code.ERR_RPC_UNREACHABLE, Code.ERR_RPC_TIMEOUT}


FAULTS = {
    (429, "slow down"): Code.ERR_RPC_RATE_LIMITED,
    (-32005, "daily request count exceeded, request rate limited"): Code.ERR_RPC_RATE_LIMITED,
    (-32005, "query returned more than 10000 results"): Code.ERR_RPC_FAULT,
    (-32000, "missing trie node 1f (path ) <nil>"): Code.ERR_NODE_PRUNED,
    (-32000, "header not found"): Code.ERR_CHAIN_REORGED,
    (-32601, "the method eth_foo does not exist"): Code.ERR_RPC_FAULT,
}


@pytest.mark.parametrize("said", FAULTS)
def test_a_fault_keeps_the_nodes_words_and_gets_our_code(said: tuple[int, str]) -> None:
    with FakeNode(fault(*said, data="0x08")) as node:
        found = failure(node)
    assert isinstance(found, RpcFaultError)
    assert found.code is FAULTS[said]
    assert found.fault == RpcFault(*said, data="0x08")


def test_a_batch_is_one_round_trip_and_its_answers_keep_the_order_of_the_questions() -> None:
    with FakeNode(results(lambda call: call["params"], backwards=True)) as node:
        rpc = node.rpc()
        assert rpc.batch([("m", [i]) for i in range(50)]) == [[i] for i in range(50)]
        assert rpc.round_trips == 1


def test_an_empty_batch_asks_nothing() -> None:
    rpc = JsonRpc("http://127.0.0.1:1")
    assert rpc.batch([]) == []
    assert rpc.round_trips == 0


def test_a_batch_larger_than_the_provider_takes_is_sent_in_pages() -> None:
    echo = results(lambda call: call["params"])
    with FakeNode(echo, echo, echo) as node:
        rpc = node.rpc(batch_max=4)
        assert rpc.batch([("m", [i]) for i in range(10)]) == [[i] for i in range(10)]
        assert [len(json.loads(body)) for body in node.bodies] == [4, 4, 2]


def test_a_fault_in_a_batch_stands_in_its_place() -> None:
    body = b'[{"id":2,"error":{"code":3,"message":"execution reverted","data":"0x"}},{"id":1,"result":7}]'
    with FakeNode(Say(http(body))) as node:
        assert node.rpc().batch([("a", []), ("b", [])]) == [
            7,
            RpcFault(3, "execution reverted", "0x"),
        ]


def test_a_batch_refused_as_a_whole_raises_what_the_node_said() -> None:
    body = b'{"id":null,"error":{"code":-32600,"message":"batch too large"}}'
    with FakeNode(Say(http(body))) as node, pytest.raises(RpcFaultError, match="batch too large"):
        node.rpc().batch([("a", [])])


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'[{"id":1,"result":1}]',
        b'[{"id":1,"result":1},{"id":1,"result":2}]',
        b'[{"id":1,"result":1},{"id":3,"result":2}]',
        b'[{"id":1,"result":1},{"id":2,"result":2},{"id":3,"result":3}]',
        b'[{"id":1,"result":1},{"id":2}]',
        b'{"id":1,"result":1}',
        b"[7]",
    ],
)
def test_a_batch_with_missing_doubled_or_foreign_answers_is_garbage(body: bytes) -> None:
    with FakeNode(Say(http(body))) as node, pytest.raises(TransientError) as caught:
        node.rpc().batch([("a", []), ("b", [])])
    assert caught.value.code is Code.ERR_RPC_GARBAGE
