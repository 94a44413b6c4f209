"""The corpus's contracts, compiled once: as long as no source changes, the next run reads a file."""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from botctl.adapters.devnet import compile as compiler
from botctl.adapters.devnet import install

SOURCES: Final = Path(__file__).parent / "contracts"
# Not optimized, which is three times as quick. The demo's tokens are, so a gate meets both kinds.
SETTINGS: Final = {
    "evmVersion": compiler.SETTINGS["evmVersion"],
    "metadata": compiler.SETTINGS["metadata"],
    "outputSelection": {"*": {"*": ["evm.bytecode.object"]}},
}


class _Kept(msgspec.Struct, frozen=True):
    digest: str
    creations: dict[str, str]


class _Code(msgspec.Struct):
    object: str


class _Evm(msgspec.Struct):
    bytecode: _Code


class _Contract(msgspec.Struct):
    evm: _Evm


class _Message(msgspec.Struct, rename="camel"):
    error_code: str
    formatted_message: str


class _Output(msgspec.Struct):
    contracts: dict[str, dict[str, _Contract]] = {}
    errors: list[_Message] = []


def creations() -> Mapping[str, str]:
    """Creation code by contract, in hex with `0x`. Raises CompileError, also for a warning."""
    texts = {path.name: path.read_text("utf-8") for path in sorted(SOURCES.glob("*.sol"))}
    digest = _digest(texts)
    file = install.home().parent / "botctl-corpus.json"
    if (kept := _kept(file)) is not None and kept.digest == digest:
        return kept.creations
    fresh = _Kept(digest, _compiled(texts))
    _keep(file, fresh)
    return fresh.creations


def _digest(texts: Mapping[str, str]) -> str:
    """Of all that the output depends on: the sources, the settings and the compiler."""
    package = install.solc_script().with_name("package.json").read_text("utf-8")
    return hashlib.sha256(msgspec.json.encode((texts, SETTINGS, package))).hexdigest()


def _compiled(texts: Mapping[str, str]) -> dict[str, str]:
    output = msgspec.json.decode(_solc(texts), type=_Output)
    allowed = compiler.SELFDESTRUCT_WARNING
    if bad := [e.formatted_message for e in output.errors if e.error_code != allowed]:
        raise compiler.CompileError("\n".join(bad))
    return {
        name: f"0x{contract.evm.bytecode.object}"
        for contracts in output.contracts.values()
        for name, contract in contracts.items()
        if contract.evm.bytecode.object  # not the abstract ones
    }


def _solc(texts: Mapping[str, str]) -> bytes:
    request = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in texts.items()},
        "settings": SETTINGS,
    }
    done = subprocess.run(
        [str(install.node_binary()), "-e", compiler._SOLC_JS, str(install.solc_script())],
        input=msgspec.json.encode(request),
        capture_output=True,
        timeout=compiler.COMPILE_S_MAX,
        check=False,
    )
    if done.returncode != 0:
        raise compiler.CompileError(done.stderr.decode(errors="replace"))
    return done.stdout


def _kept(file: Path) -> _Kept | None:
    return msgspec.json.decode(file.read_bytes(), type=_Kept) if file.exists() else None


def _keep(file: Path, fresh: _Kept) -> None:
    """Whole or not at all: another worker may be reading it."""
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as written:
        written.write(msgspec.json.encode(fresh))
    os.replace(written.name, file)  # noqa: PTH105  (a name, not a path)
