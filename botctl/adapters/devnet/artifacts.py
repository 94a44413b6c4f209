"""Contract code: ours, compiled and committed; Uniswap's and WETH's, from the installed packages."""

from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from botctl.adapters.devnet import install
from botctl.adapters.devnet.compile import SOURCE_DIRS

FACTORY: Final = ("@uniswap/v2-core", "build/UniswapV2Factory.json")
PAIR: Final = ("@uniswap/v2-core", "build/UniswapV2Pair.json")
ROUTER: Final = ("@uniswap/v2-periphery", "build/UniswapV2Router02.json")
WETH: Final = ("canonical-weth", "build/contracts/WETH9.json")


class Artifact(msgspec.Struct, frozen=True):
    """One contract of ours; both codes in hex with `0x`."""

    name: str
    solc: str
    source_sha256: str
    creation: str
    runtime: str


class _Package(msgspec.Struct):
    bytecode: str


@cache
def ours(name: str) -> Artifact:
    """A contract of ours, by name: Lens, Prober, Launcher, or a demo token."""
    return msgspec.json.decode(_path(name).read_bytes(), type=Artifact)


@cache
def creation_of(package: str, path: str) -> str:
    """A package's creation code, in hex with `0x`."""
    text = install.contract_json(package, path).read_bytes()
    return "0x" + msgspec.json.decode(text, type=_Package).bytecode.removeprefix("0x")


def _path(name: str) -> Path:
    return next(
        path for folder in SOURCE_DIRS.values() if (path := folder / f"{name}.json").exists()
    )
