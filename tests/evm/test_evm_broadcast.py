"""The same bytes to several nodes at once: one answer, never less safe than any part of it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise, permutations
from random import Random

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from botctl.adapters.devnet import control
from botctl.adapters.evm.broadcast import HOPE, Broadcast, merged
from botctl.adapters.evm.sender import EvmSender
from botctl.adapters.evm.tx import address_of, signed
from botctl.core.codes import Code
from botctl.core.orders import SendCode, SignedTx, UnsignedTx
from botctl.core.sending import Next, after_send
from botctl.core.units import Address, Hash32
from botctl.ports.chain import SendAnswer, Sender
from tests.evm.fake_node import FakeNode, Say, fault, http, result
from tests.support.chain import Chain

S = SendCode
SIGNED = SignedTx(b"\x02\xc0", Hash32("0x" + "ab" * 32))
NEXT = SignedTx(b"\x02\xc1\x01", Hash32("0x" + "cd" * 32))
OPEN = frozenset({S.ACCEPTED, S.ALREADY_KNOWN, S.UNCLEAR})  # the node may have the bytes
WAIT_S_MAX = 20.0
PATIENT_MS = 20_000


# --- merging ---

answers = st.builds(SendAnswer, st.sampled_from(SendCode), st.text(max_size=8))
said = st.lists(st.tuples(st.sampled_from("abc"), answers), min_size=1, max_size=5)
Said = list[tuple[str, SendAnswer]]


def codes_of(nodes: Said) -> set[SendCode]:
    return {answer.code for _, answer in nodes}


def of(*codes: SendCode) -> SendCode:
    return merged([(f"node {i}", SendAnswer(code, "")) for i, code in enumerate(codes)]).code


@given(said, st.randoms(use_true_random=False))
def test_the_order_of_the_nodes_changes_nothing(nodes: Said, chance: Random) -> None:
    shuffled = list(nodes)
    chance.shuffle(shuffled)
    assert merged(shuffled) == merged(nodes)


@given(said)
def test_bytes_that_any_node_may_have_are_never_called_refused(nodes: Said) -> None:
    """LESSONS 1 and 2."""
    assert (merged(nodes).code in OPEN) == bool(codes_of(nodes) & OPEN)


@given(said)
def test_what_any_part_says_to_watch_the_whole_says_to_watch(nodes: Said) -> None:
    watched = any(after_send(code) is Next.WATCH for code in codes_of(nodes))
    assert (after_send(merged(nodes).code) is Next.WATCH) == watched


@given(said, said)
def test_groups_of_nodes_merge_to_what_all_of_them_do(some: Said, others: Said) -> None:
    parts = [("some", merged(some)), ("others", merged(others))]
    assert merged(parts).code is merged(some + others).code


@given(said)
def test_the_answer_is_one_that_a_node_gave_and_the_text_names_them_all(nodes: Said) -> None:
    answer = merged(nodes)
    assert answer.code in codes_of(nodes)
    assert all(f"{name}: {part.code}" in answer.text for name, part in nodes)


@pytest.mark.parametrize(("better", "worse"), list(pairwise(HOPE)), ids=lambda code: code)
def test_the_more_hopeful_of_two_answers_stands(better: SendCode, worse: SendCode) -> None:
    assert of(worse, better) is better


def test_the_ranking_is_the_one_agreed_on_and_leaves_no_code_out() -> None:
    assert (
        *(S.ACCEPTED, S.ALREADY_KNOWN, S.UNCLEAR),
        *(S.NONCE_TOO_LOW, S.UNDERPRICED, S.NO_FUNDS, S.REJECTED),
    ) == HOPE
    assert set(HOPE) == set(SendCode)


def test_every_mixture_of_three_gives_the_best_of_them() -> None:
    for trio in permutations(SendCode, 3):
        assert of(*trio) is min(trio, key=HOPE.index)


# --- nodes that tests hold the strings of ---


class Scripted:
    """A node in this process: notes what it was given and does as told."""

    def __init__(self, name: str, act: Callable[[SignedTx], SendAnswer]) -> None:
        self.name = name
        self.given: list[SignedTx] = []
        self.threads: list[threading.Thread] = []
        self._act = act

    def send(self, signed: SignedTx) -> SendAnswer:
        self.given.append(signed)
        self.threads.append(threading.current_thread())
        return self._act(signed)


def saying(name: str, code: SendCode, text: str = "") -> Scripted:
    return Scripted(name, lambda _: SendAnswer(code, text))


class Gate:
    """A node that answers when it is let: until then it is silent."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.node = Scripted("gated", self._answer)

    def _answer(self, signed: SignedTx) -> SendAnswer:
        assert self.open.wait(WAIT_S_MAX)
        return SendAnswer(S.ACCEPTED, signed.hash)

    def let(self) -> None:
        """Until its thread has ended: what it says from now on is said."""
        self.open.set()
        self.node.threads[-1].join(WAIT_S_MAX)
        assert not self.node.threads[-1].is_alive()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


def ticking(*moments_s: float) -> Callable[[], float]:
    """A clock that is read once at the start, then before each answer; it stays at the last."""
    left = list(moments_s)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def impatient(*nodes: Scripted | EvmSender, answers: int = 1) -> Broadcast:
    """Its time is up once so many have answered, whatever the machine's speed."""
    clock = ticking(*[0.0] * (answers + 1), WAIT_S_MAX + 1)
    return Broadcast(nodes, deadline_ms=int(WAIT_S_MAX * 1000), clock_s=clock)


# --- one node ---


def test_a_single_node_is_asked_without_a_thread() -> None:
    node = saying("only", S.NONCE_TOO_LOW, "nonce too low")
    answer = Broadcast([node], deadline_ms=1).send(SIGNED)
    assert answer == SendAnswer(S.NONCE_TOO_LOW, "only: nonce_too_low (nonce too low)")
    assert node.threads == [threading.current_thread()]


def test_without_a_node_there_is_no_broadcast() -> None:
    with pytest.raises(AssertionError):
        Broadcast([], saying("relay", S.ACCEPTED), deadline_ms=1)


# --- several nodes ---


def test_every_node_gets_the_same_bytes_at_the_same_time() -> None:
    """Each waits for the other: one after the other would never end."""
    together = threading.Barrier(2, timeout=WAIT_S_MAX)

    def meet(_: SignedTx) -> SendAnswer:
        together.wait()
        return SendAnswer(S.ACCEPTED, "")

    nodes = [Scripted("a", meet), Scripted("b", meet)]
    answer = Broadcast(nodes, deadline_ms=PATIENT_MS).send(SIGNED)
    assert answer == SendAnswer(S.ACCEPTED, "a: accepted; b: accepted")
    assert [node.given for node in nodes] == [[SIGNED], [SIGNED]]


def test_every_node_is_heard_and_named() -> None:
    nodes = [
        saying("a", S.NO_FUNDS, "insufficient funds"),
        saying("b", S.ALREADY_KNOWN, "already known"),
        saying("b", S.UNCLEAR, Code.ERR_RPC_TIMEOUT),
    ]
    assert Broadcast(nodes, deadline_ms=PATIENT_MS).send(SIGNED) == SendAnswer(
        S.ALREADY_KNOWN,
        "a: no_funds (insufficient funds); b: already_known (already known);"
        " b: unclear (ERR_RPC_TIMEOUT)",
    )


def test_a_node_that_is_late_may_have_the_bytes(gate: Gate) -> None:
    """LESSONS 1: one refusal and one silence is no refusal."""
    answer = impatient(saying("good", S.REJECTED, "no"), gate.node).send(SIGNED)
    assert answer == SendAnswer(
        S.UNCLEAR, "gated: unclear (no answer in time); good: rejected (no)"
    )
    assert gate.node.given == [SIGNED]


def test_a_late_node_does_not_spoil_anothers_acceptance(gate: Gate) -> None:
    assert impatient(saying("good", S.ACCEPTED), gate.node).send(SIGNED).code is S.ACCEPTED


def test_a_node_still_at_work_is_not_asked_a_second_thing(gate: Gate) -> None:
    """Its connection is not made for two calls at once."""
    nodes = impatient(saying("good", S.ACCEPTED), gate.node)
    nodes.send(SIGNED)
    answer = nodes.send(NEXT)
    assert gate.node.given == [SIGNED]
    assert "gated: unclear (not asked" in answer.text


def test_nodes_that_are_all_at_work_leave_it_unclear(gate: Gate) -> None:
    other = Gate()
    nodes = impatient(gate.node, other.node, answers=0)
    assert nodes.send(SIGNED).code is S.UNCLEAR
    assert nodes.send(NEXT).code is S.UNCLEAR
    assert (gate.node.given, other.node.given) == ([SIGNED], [SIGNED])
    other.open.set()


def test_a_late_answer_is_not_taken_for_the_answer_to_later_bytes(gate: Gate) -> None:
    clock = ticking(0, 0, WAIT_S_MAX + 1, 0)  # late once, then there is time
    good = saying("good", S.REJECTED)
    nodes = Broadcast([good, gate.node], deadline_ms=int(WAIT_S_MAX * 1000), clock_s=clock)
    assert nodes.send(SIGNED).code is S.UNCLEAR
    gate.let()
    answer = nodes.send(NEXT)
    assert answer == SendAnswer(S.ACCEPTED, f"gated: accepted ({NEXT.hash}); good: rejected")
    assert gate.node.given == [SIGNED, NEXT]


def test_a_node_that_has_spoken_is_free_though_its_thread_is_not_yet_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: held.wait(WAIT_S_MAX))

    def fail(_: SignedTx) -> SendAnswer:
        raise ZeroDivisionError

    node = Scripted("slow to end", fail)
    nodes = Broadcast([node, saying("good", S.REJECTED)], deadline_ms=PATIENT_MS)
    nodes.send(SIGNED)
    nodes.send(NEXT)
    held.set()
    assert node.given == [SIGNED, NEXT]
    for thread in node.threads:  # the hook is put back only when they are done with it
        thread.join(WAIT_S_MAX)


def test_a_mistake_of_ours_is_printed_and_leaves_open_what_the_node_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: printed.append(args.exc_type))

    def fail(_: SignedTx) -> SendAnswer:
        raise ZeroDivisionError

    node = Scripted("broken", fail)
    answer = Broadcast([node, saying("good", S.REJECTED)], deadline_ms=PATIENT_MS).send(SIGNED)
    node.threads[0].join(WAIT_S_MAX)
    assert answer == SendAnswer(S.UNCLEAR, "broken: unclear (our own side failed); good: rejected")
    assert printed == [ZeroDivisionError]


STUCK = """
from threading import Event
from botctl.adapters.evm.broadcast import Broadcast
from botctl.core.orders import SendCode, SignedTx
from botctl.ports.chain import SendAnswer

class Stuck:
    name = "stuck"
    def send(self, signed):
        Event().wait()

class Good:
    name = "good"
    def send(self, signed):
        return SendAnswer(SendCode.NO_FUNDS, "")

print(Broadcast([Stuck(), Good()], deadline_ms=20).send(SignedTx(b"", "0x")).code)
"""


def test_a_node_that_never_answers_keeps_neither_the_caller_nor_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUCK], capture_output=True, check=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("unclear\n", "")


# --- the private relay ---


def test_private_bytes_go_to_the_relay_alone_and_public_ones_to_the_nodes_alone() -> None:
    nodes, relay = [saying("a", S.ACCEPTED), saying("b", S.ACCEPTED)], saying("relay", S.ACCEPTED)
    sender: Sender = Broadcast(nodes, relay, deadline_ms=PATIENT_MS)
    assert sender.send(SIGNED, public=False) == SendAnswer(S.ACCEPTED, "relay: accepted")
    assert [node.given for node in (*nodes, relay)] == [[], [], [SIGNED]]
    assert relay.threads == [threading.current_thread()]
    sender.send(NEXT)
    assert [node.given for node in (*nodes, relay)] == [[NEXT], [NEXT], [SIGNED]]


def test_without_a_relay_private_bytes_go_to_all_nodes() -> None:
    nodes = [saying("a", S.ACCEPTED), saying("b", S.ACCEPTED)]
    Broadcast(nodes, deadline_ms=PATIENT_MS).send(SIGNED, public=False)
    assert [node.given for node in nodes] == [[SIGNED], [SIGNED]]


@pytest.mark.parametrize("code", [S.UNCLEAR, S.REJECTED, S.NONCE_TOO_LOW])
def test_a_relay_that_did_not_take_the_bytes_does_not_make_them_public(code: SendCode) -> None:
    """Going public is the flow's decision."""
    node = saying("a", S.ACCEPTED)
    answer = Broadcast([node], saying("relay", code), deadline_ms=1).send(SIGNED, public=False)
    assert (answer.code, node.given) == (code, [])


def test_a_relay_is_asked_the_plain_call_at_its_own_url_and_its_key_is_not_told() -> None:
    with FakeNode(fault(-32000, "no such user: /v1/0123456789abcdef")) as relay:
        node = saying("a", S.ACCEPTED)
        private = EvmSender(relay.rpc("/v1/0123456789abcdef"))
        answer = Broadcast([node], private, deadline_ms=1).send(SIGNED, public=False)
        assert b"POST /v1/0123456789abcdef HTTP/1.1" in relay.heads[0]
        assert b"Authorization" not in relay.heads[0]
        assert b'"method":"eth_sendRawTransaction","params":["0x02c0"]' in relay.bodies[0]
    assert answer.text.startswith("127.0.0.1: unclear (no such user")
    assert "0123456789abcdef" not in answer.text


# --- over the wire ---

BROKEN = {
    "hangs": Say(b"", then_hang=True),
    "closes": Say(b"", then_close=True),
    "half an answer": Say(http(b'{"id":1,"result":"0x')[:-3], then_close=True),
    "500": Say(http(b"", "500 Oops")),
    "429": Say(http(b"", "429 Slow")),
    "rate fault": fault(-32005, "rate limit exceeded"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_beside_a_broken_node_a_refusal_is_no_proof(kind: str) -> None:
    """LESSONS 2."""
    with (
        FakeNode(BROKEN[kind], result(SIGNED.hash)) as broken,
        FakeNode(fault(-32000, "insufficient funds for transfer")) as honest,
    ):
        nodes = [EvmSender(broken.rpc(timeout_ms=50)), EvmSender(honest.rpc())]
        answer = Broadcast(nodes, deadline_ms=PATIENT_MS).send(SIGNED)
        assert answer.code is S.UNCLEAR
        assert "no_funds (insufficient funds for transfer)" in answer.text
        assert (len(broken.bodies), len(honest.bodies)) == (1, 1)


def transfer(chain: Chain) -> SignedTx:
    key = PrivateKey(b"\x07" * 32)
    control.set_balance(chain.rpc, address_of(key.public_key), 10**18)
    tx = UnsignedTx(
        chain_id=chain.deployment.chain_id,
        nonce=0,
        to=Address("0x" + "99" * 20),
        value_wei=1,
        data=b"",
        gas_limit=21_000,
        fee_max_wei=10**10,
        priority_fee_wei=10**9,
    )
    return signed(tx, partial(key.sign_recoverable, hasher=None))


def test_a_real_node_takes_the_bytes_whatever_the_others_do(chain: Chain, gate: Gate) -> None:
    with FakeNode() as gone:
        dead = EvmSender(gone.rpc())
    tx = transfer(chain)
    nodes = impatient(EvmSender(chain.rpc), dead, gate.node, answers=2)
    answer = nodes.send(tx)
    assert answer == SendAnswer(
        S.ACCEPTED,
        f"127.0.0.1: accepted; 127.0.0.1: unclear ({Code.ERR_RPC_UNREACHABLE});"
        " gated: unclear (no answer in time)",
    )
    assert chain.rpc.call("eth_getTransactionByHash", tx.hash) is not None


def test_two_ways_to_one_node_are_one_acceptance(chain: Chain) -> None:
    with_own = chain.anvil.rpc()
    tx = transfer(chain)
    nodes = Broadcast([EvmSender(chain.rpc), EvmSender(with_own)], deadline_ms=PATIENT_MS)
    first, again = nodes.send(tx), nodes.send(tx)
    with_own.close()
    assert first.code is S.ACCEPTED
    assert again.code is S.ALREADY_KNOWN
    assert again.text.count("already_known (transaction already imported)") == 2


def test_what_a_real_node_refuses_a_second_one_refuses_too(chain: Chain) -> None:
    with_own = chain.anvil.rpc()
    tx = transfer(chain)
    control.set_balance(chain.rpc, address_of(PrivateKey(b"\x07" * 32).public_key), 0)
    nodes = Broadcast([EvmSender(chain.rpc), EvmSender(with_own)], deadline_ms=PATIENT_MS)
    answer = nodes.send(tx)
    with_own.close()
    assert answer.code is S.NO_FUNDS
