"""The walk over a code: what is data is never run, what could run is never skipped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.core.sellability.bytecode import blocks, instructions, is_code, live, skeleton
from botctl.core.sellability.code_facts import code_facts
from botctl.core.sellability.metadata import metadata_start
from botctl.core.sellability.opcodes import EFFECTS, ENDS, Op, is_defined, push_size
from botctl.core.sellability.static import static_findings
from botctl.core.sellability.traits import Trait, traits

SELFDESTRUCT = bytes([Op.SELFDESTRUCT])
# {"ipfs": 34 bytes, "solc": 0.8.37} and its length; the hash holds a JUMPDEST and a SELFDESTRUCT.
IPFS_HASH = bytes.fromhex("1220") + bytes([Op.JUMPDEST, Op.SELFDESTRUCT]) * 16
NOTE = bytes.fromhex("a264697066735822") + IPFS_HASH + bytes.fromhex("64736f6c63430008250033")


def _solc_note(body: str) -> bytes:
    note = bytes.fromhex(body)
    return note + len(note).to_bytes(2)


NOTES = {
    "solc 0.8": NOTE,
    "solc 0.5": _solc_note("a265627a7a72315820" + "5bff" * 16 + "64736f6c6343000511"),
    "solc 0.4": _solc_note("a165627a7a72305820" + "5bff" * 16),
    "solc experimental": _solc_note("a26c6578706572696d656e74616cf564736f6c6343000606"),
    "vyper 0.3.7": _solc_note("a165767970657283000307"),
}
NO_NOTES = {
    "a key that no compiler writes": _solc_note("a1646861636b5820" + "5bff" * 16),
    "a length beyond the start": bytes.fromhex("ffff"),
    "a length of zero": bytes.fromhex("0000"),
    "a map that ends early": _solc_note("a165627a7a72305820" + "5bff" * 15),
    "a map cut off": _solc_note("a2"),
    "a list": _solc_note("8100"),
    "an endless nest": _solc_note("a16576797065728181818181818100"),
}


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_the_instructions_cover_the_code_once_and_reach_beyond_it_only_in_a_cut_push(
    code: bytes,
) -> None:
    at = 0
    for each in instructions(code):
        assert each.at == at < len(code)
        assert each.op == code[at]
        at = each.end
    assert at <= len(code) + 32
    assert at >= len(code)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_push_data_is_never_an_instruction(code: bytes) -> None:
    data = {
        i
        for each in instructions(code)
        for i in range(each.at + 1, each.at + 1 + push_size(each.op))
    }
    assert not data.intersection(each.at for each in live(code))


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=32))
def test_a_push_holds_its_data_and_zeros_beyond_the_end(data: bytes) -> None:
    (push,) = instructions(bytes([Op.PUSH32]) + data)
    assert push.data == int.from_bytes(data + b"\0" * (32 - len(data)))


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_blocks_hold_the_live_instructions_in_order_and_are_entered_at_the_first_only(
    code: bytes,
) -> None:
    found = list(blocks(code))
    assert [each for block in found for each in block] == list(live(code))
    for block in found:
        assert all(each.op != Op.JUMPDEST for each in block[1:])
        assert all(each.op not in ENDS for each in block[:-1])


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_give_facts_and_findings_and_always_the_same(code: bytes) -> None:
    facts = code_facts((code,))
    assert facts == code_facts((code,))
    assert static_findings(facts, owner_is_live=True)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*EFFECTS, *range(0x80, 0xA0)]), max_size=300).map(bytes))
def test_any_row_of_instructions_that_exist_gives_facts(code: bytes) -> None:
    assert code_facts((code,)) == code_facts((code,))


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_code_behind_an_end_without_a_jumpdest_is_dead(before: bytes, after: bytes) -> None:
    dead = after.replace(bytes([Op.JUMPDEST]), b"")
    code = before.ljust(232, b"\0") + dead  # no PUSH reaches over the zeros
    assert all(each.at < 232 for each in live(code))


@pytest.mark.parametrize("op", [Op.STOP, Op.JUMP, Op.RETURN, Op.REVERT, Op.INVALID])
def test_what_follows_an_end_runs_from_the_next_jumpdest_on(op: Op) -> None:
    assert traits(bytes([op]) + SELFDESTRUCT) == frozenset()
    assert traits(bytes([op, Op.JUMPDEST]) + SELFDESTRUCT) == {Trait.SELFDESTRUCT}


def test_what_follows_an_instruction_newer_than_ours_is_taken_for_code() -> None:
    assert not is_defined(0x0C)
    assert traits(bytes([0x0C]) + SELFDESTRUCT) == {Trait.SELFDESTRUCT}


@pytest.mark.parametrize("note", NOTES.values(), ids=NOTES)
def test_a_selfdestruct_in_the_compilers_note_is_data(note: bytes) -> None:
    code = bytes([Op.STOP, Op.INVALID]) + note
    assert metadata_start(code) == 2
    assert traits(code) == frozenset()


@pytest.mark.parametrize("tail", NO_NOTES.values(), ids=NO_NOTES)
def test_what_only_resembles_a_note_is_code(tail: bytes) -> None:
    code = bytes([Op.STOP]) + tail
    assert metadata_start(code) == len(code)


def test_a_note_that_a_push_leads_into_is_code() -> None:
    jump = bytes([Op.PUSH1, 3 + 10, Op.JUMP])
    assert NOTE[10] == Op.JUMPDEST
    assert traits(jump + NOTE) == {Trait.SELFDESTRUCT}
    assert traits(bytes([Op.PUSH1, 3, Op.JUMP]) + NOTE) == frozenset()


def test_a_note_that_is_run_into_is_code() -> None:
    code = bytes([Op.PUSH0]) + NOTE
    assert metadata_start(code) == 1
    assert traits(code) == {Trait.SELFDESTRUCT}


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_a_note_lies_within_the_code(code: bytes) -> None:
    assert 0 <= metadata_start(code) <= len(code)


def test_copies_that_differ_in_pushed_data_and_note_have_one_skeleton() -> None:
    one = bytes([Op.PUSH1, 1, Op.STOP, Op.INVALID]) + NOTE
    other = bytes([Op.PUSH1, 9, Op.STOP, Op.INVALID]) + NOTES["solc 0.4"]
    assert skeleton(one) == skeleton(other) == bytes([Op.PUSH1, Op.STOP, Op.INVALID])
    assert skeleton(one) != skeleton(bytes([Op.PUSH1, 1, Op.INVALID]))


@pytest.mark.parametrize("code", ["", "00", "fe", "ef0001", "0c", "fd"])
def test_bytes_at_which_the_evm_stops_at_once_are_no_code(code: str) -> None:
    assert not is_code(bytes.fromhex(code))


def test_dup_swap_and_push_are_the_only_ones_whose_operands_lie_in_their_numbers() -> None:
    assert [op for op in range(256) if push_size(op)] == list(range(0x60, 0x80))
    assert all(push_size(0x5F + size) == size for size in range(1, 33))
    assert not set(EFFECTS).intersection(range(0x80, 0xA0))
