"""Compiles our contracts and writes each one's JSON beside its source: `python -m` this module.

Users never compile: the JSON is committed. The output depends on the sources and the compiler alone
(no metadata hash, no paths), so a test can compile again and compare byte for byte.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from botctl.adapters.devnet import install

COMPILE_S_MAX: Final = 120
SELFDESTRUCT_WARNING: Final = "5159"  # deprecated, and one demo token exists to do just that
# Standard JSON in, standard JSON out; the compiler's own file is the argument.
_SOLC_JS: Final = """
const solc = require(process.argv[1]);
process.stdout.write(solc.compile(require("fs").readFileSync(0, "utf8")));
"""
_DEVNET: Final = Path(__file__).parent
SOURCE_DIRS: Final[Mapping[str, Path]] = {
    "evm": _DEVNET.parent / "evm" / "contracts",
    "devnet": _DEVNET / "contracts",
}
# Paris has no PUSH0, so the code also runs on the chains that came late to Shanghai. 200 runs: the
# optimizer's default, and nearer to cheap reads than to small code.
SETTINGS: Final[Mapping[str, object]] = {
    "evmVersion": "paris",
    "optimizer": {"enabled": True, "runs": 200},
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
    "outputSelection": {
        "*": {"*": ["abi", "metadata", "evm.bytecode.object", "evm.deployedBytecode.object"]}
    },
}


class CompileError(Exception):
    """The compiler refused our sources; the message is its own."""


class _Code(msgspec.Struct):
    object: str


class _Evm(msgspec.Struct, rename="camel"):
    bytecode: _Code
    deployed_bytecode: _Code


class _Contract(msgspec.Struct):
    abi: msgspec.Raw
    metadata: str
    evm: _Evm


class _Message(msgspec.Struct, rename="camel"):
    error_code: str
    formatted_message: str


class _Output(msgspec.Struct):
    contracts: dict[str, dict[str, _Contract]] = {}
    errors: list[_Message] = []


class _Compiler(msgspec.Struct):
    version: str


class _Metadata(msgspec.Struct):
    compiler: _Compiler
    sources: dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One artifact: where it belongs, and its exact bytes."""

    path: Path
    text: str


def sources() -> dict[str, str]:
    """Every Solidity file of ours, by the name the compiler knows it under."""
    return {
        f"{room}/{path.name}": path.read_text(encoding="utf-8")
        for room, folder in SOURCE_DIRS.items()
        for path in sorted(folder.glob("*.sol"))
    }


def compiled() -> tuple[Compiled, ...]:
    """All artifacts, freshly compiled; nothing is written. Any warning is an error."""
    texts = sources()
    output = msgspec.json.decode(_solc(texts), type=_Output)
    if bad := [e.formatted_message for e in output.errors if e.error_code != SELFDESTRUCT_WARNING]:
        raise CompileError("\n".join(bad))
    return tuple(_artifacts(texts, output))


def main() -> None:
    """Compile and write."""
    for artifact in compiled():
        artifact.path.write_text(artifact.text, encoding="utf-8")


def _solc(texts: Mapping[str, str]) -> bytes:
    request = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in texts.items()},
        "settings": SETTINGS,
    }
    done = subprocess.run(  # noqa: S603  (our own script, no shell)
        [str(install.node_binary()), "-e", _SOLC_JS, str(install.solc_script())],
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=COMPILE_S_MAX,
        check=False,
    )
    if done.returncode != 0:
        raise CompileError(done.stderr.decode(errors="replace"))
    return done.stdout


def _artifacts(texts: Mapping[str, str], output: _Output) -> Iterator[Compiled]:
    for source, contracts in sorted(output.contracts.items()):
        room, name = source.removesuffix(".sol").split("/")
        if f"\ncontract {name} " in texts[source]:  # not the abstract ones and the libraries
            path = SOURCE_DIRS[room] / f"{name}.json"
            yield Compiled(path, _text(name, contracts[name], texts))


def _text(name: str, contract: _Contract, texts: Mapping[str, str]) -> str:
    metadata = msgspec.json.decode(contract.metadata, type=_Metadata)
    digest = hashlib.sha256("".join(texts[s] for s in sorted(metadata.sources)).encode())
    return (
        json.dumps(
            {
                "name": name,
                "solc": metadata.compiler.version,
                "source_sha256": digest.hexdigest(),
                "abi": json.loads(bytes(contract.abi)),
                "creation": "0x" + contract.evm.bytecode.object,
                "runtime": "0x" + contract.evm.deployed_bytecode.object,
            },
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
