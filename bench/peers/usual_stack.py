"""The cold cron cycle as it is usually built: Typer, pydantic-settings, SQLAlchemy's ORM, web3.

Run in the peers' own environment with: number of pairs, database file. `RPC` is where the node's
fixed answer is. Not part of botctl, and not a pattern for it.
"""

# mypy: ignore-errors
# ruff: noqa: ANN
import hashlib
import json
import os

import eth_abi
import typer
from pydantic import BaseModel
from pydantic_settings import BaseSettings
from sqlalchemy import JSON, LargeBinary, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from web3 import HTTPProvider, Web3

MULTICALL = "0xcA11bde05977b3631167028862bE2a173976CA11"
RESERVES = bytes.fromhex("0902f1ac")
TRADE = 10**17
CALL = [("target", "address"), ("allowFailure", "bool"), ("callData", "bytes")]
RESULT = [("success", "bool"), ("returnData", "bytes")]


def _tuples(name, parts):
    components = [{"name": part, "type": kind} for part, kind in parts]
    return [{"name": name, "type": "tuple[]", "components": components}]


ABI = [
    {
        "name": "aggregate3",
        "type": "function",
        "stateMutability": "payable",
        "inputs": _tuples("calls", CALL),
        "outputs": _tuples("returnData", RESULT),
    }
]


class Settings(BaseSettings):
    rpc: str = ""


class Base(DeclarativeBase):
    pass


class Decision(Base):
    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    at_ms: Mapped[int]
    cycle_id: Mapped[str]
    pair: Mapped[str]
    liquidity: Mapped[str]
    passed: Mapped[list] = mapped_column(JSON)
    failed: Mapped[dict] = mapped_column(JSON)
    kind: Mapped[str]
    reason: Mapped[str | None]
    bundle_id: Mapped[str]
    block_number: Mapped[int]


class Stored(Base):
    __tablename__ = "bundle"
    id: Mapped[str] = mapped_column(primary_key=True)
    cycle_id: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Check(BaseModel):
    actual: str
    limit: str
    name: str
    ok: bool


class Quote(BaseModel):
    amount_in: str
    amount_out: str
    reserve_token: str
    reserve_quote: str


class Bundle(BaseModel):
    block: int
    checks: list[Check]
    decision: str
    pair: str
    quote: Quote
    reason: str | None


app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command()
def cycle(pairs: int, database: str) -> None:
    node = Web3(HTTPProvider(Settings().rpc))
    multicall = node.eth.contract(address=MULTICALL, abi=ABI)
    addresses = [Web3.to_checksum_address(f"0x{0xABC0000 + i:040x}") for i in range(pairs)]
    asked = [(address, True, RESERVES) for address in addresses]
    answers = multicall.functions.aggregate3(asked).call()
    engine = create_engine(f"sqlite:///{database}")
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = FULL"))
    Base.metadata.create_all(engine)
    cycle_id = os.urandom(13).hex()
    with Session(engine) as session:
        for address, (_, raw) in zip(addresses, answers, strict=True):
            _decide(session, cycle_id, address, raw)
        session.commit()
    print(len(answers))  # noqa: T201


def _decide(session, cycle_id, address, raw):
    of_token, of_quote, _ = eth_abi.decode(["uint112", "uint112", "uint32"], raw)
    paid = TRADE * 997
    out = paid * of_token // (of_quote * 1000 + paid)
    liquidity, impact = 2 * of_quote, TRADE * 10000 // of_quote
    limits = [("impact_bps", 100, impact, impact <= 100)]
    limits += [("min_liquidity", 10**19, liquidity, liquidity >= 10**19)]
    reason = next((name for name, _, _, ok in limits if not ok), None)
    kind = "FAIL" if reason else "BUY"
    bundle = Bundle(
        block=19_000_000,
        checks=[
            Check(actual=str(actual), limit=str(limit), name=name, ok=ok)
            for name, limit, actual, ok in limits
        ],
        decision=kind,
        pair=address,
        quote=Quote(
            amount_in=str(TRADE),
            amount_out=str(out),
            reserve_token=str(of_token),
            reserve_quote=str(of_quote),
        ),
        reason=reason,
    )
    body = json.dumps(bundle.model_dump(), sort_keys=True, separators=(",", ":")).encode()
    bundle_id = hashlib.sha256(body).hexdigest()
    session.add(
        Decision(
            at_ms=1,
            cycle_id=cycle_id,
            pair=address,
            liquidity=str(liquidity),
            passed=[name for name, _, _, ok in limits if ok],
            failed={name: str(actual) for name, _, actual, ok in limits if not ok},
            kind=kind,
            reason=reason,
            bundle_id=bundle_id,
            block_number=19_000_000,
        )
    )
    session.add(Stored(id=bundle_id + cycle_id, cycle_id=cycle_id, body=body))


if __name__ == "__main__":
    app()
