"""Where effects happen: a real chain with our key, or paper over the same real data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from botctl.adapters.evm.broadcast import Broadcast
from botctl.adapters.evm.keystore_file import address_hint
from botctl.adapters.evm.rpc import JsonRpc
from botctl.adapters.evm.sender import EvmSender
from botctl.adapters.evm.wallet import EvmTxReader
from botctl.config.values import Config, PassphraseSource
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.facts import Mode
from botctl.core.units import Address
from botctl.ports.chain import MarketReader, Sender, Signer, TxReader
from botctl.ports.store import Store
from botctl.wiring.providers import Reads


@dataclass(frozen=True, slots=True)
class Place:
    """`signer` opens the key when it is called; `hint` is whose key it claims to be, unopened."""

    markets: MarketReader
    txs: TxReader
    sender: Sender
    wallet: Address
    hint: Address | None
    signer: Callable[[], Signer]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Connections by purpose: reads are retried, sends never are, and each node has its own."""

    reads: Reads
    sends: Sequence[JsonRpc]
    relay: JsonRpc | None


def place_of(config: Config, env: Mapping[str, str], nodes: Nodes, store: Store) -> Place:
    """Paper differs from a real chain only in who takes the bytes."""
    if config.bot.mode is Mode.PAPER:
        return _paper(config, nodes.reads.reader, store)
    wallet = config.wallet.address
    reads = nodes.reads
    return Place(
        markets=reads.reader,
        txs=EvmTxReader(reads.rpc, wallet, reads.pool.others, reads.reader.head),
        sender=Broadcast(
            [EvmSender(rpc) for rpc in nodes.sends],
            EvmSender(nodes.relay) if nodes.relay else None,
            deadline_ms=config.chain.timeout_ms,
        ),
        wallet=wallet,
        hint=_hint(config),
        signer=cache(lambda: open_key(config, env)),
    )


def _hint(config: Config) -> Address | None:
    """None, which no entry passes, when the file is missing or unusable."""
    try:
        return address_hint(Path(config.wallet.keystore))
    except OperatorError:
        return None


def open_key(config: Config, env: Mapping[str, str]) -> Signer:
    from botctl.adapters.evm.keystore import open_keystore  # noqa: PLC0415  230 ms, once a trade

    return open_keystore(Path(config.wallet.keystore), passphrase(config, env))


def passphrase(config: Config, env: Mapping[str, str]) -> str:
    """From where the settings say; raises ERR_KEYSTORE_PASSPHRASE."""
    from botctl.adapters.passphrase import from_descriptor, from_environment  # noqa: PLC0415

    wallet = config.wallet
    if wallet.passphrase_from is PassphraseSource.ENV:
        return from_environment(env, wallet.passphrase_env)
    if wallet.passphrase_from is PassphraseSource.FD:
        return from_descriptor(wallet.passphrase_fd)
    try:
        from botctl.adapters.passphrase_keyring import from_keyring  # noqa: PLC0415
    except ImportError as error:
        say = "wallet.passphrase_from is keyring: install it with `pip install botctl[keyring]`"
        raise OperatorError(Code.ERR_DEPENDENCY_MISSING, say) from error
    return from_keyring(wallet.passphrase_keyring, wallet.address)


def _paper(config: Config, reader: MarketReader, store: Store) -> Place:
    from botctl.adapters.paper.book_file import BookFile  # noqa: PLC0415
    from botctl.adapters.paper.markets import PaperMarkets  # noqa: PLC0415
    from botctl.adapters.paper.pairs import native_pairs  # noqa: PLC0415
    from botctl.adapters.paper.signer import paper_signer  # noqa: PLC0415
    from botctl.adapters.paper.simulate import PaperTerms, Simulator  # noqa: PLC0415
    from botctl.adapters.paper.venue import PaperVenue  # noqa: PLC0415

    signer = paper_signer(config.bot.name)
    venue = config.policy.venue
    book = BookFile(
        Path(config.storage.state_dir) / f"paper-{config.bot.name}.json",
        config.chain.chain_id,
        signer.address,
        config.paper_balance_wei,
    )
    terms = PaperTerms(
        config.chain.chain_id, signer.address, venue.factory, venue.router, venue.native
    )

    paper = PaperVenue(Simulator(reader, terms, native_pairs(store.markets, venue.native)), book)
    return Place(
        markets=PaperMarkets(reader, book),
        txs=paper,
        sender=paper,
        wallet=signer.address,
        hint=signer.address,
        signer=lambda: signer,
    )
