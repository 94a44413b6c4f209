"""The node and the venue: where we read, and which contracts money may touch."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from botctl.config.groups.base import Group
from botctl.config.kinds import AddressText, Hash32Text, Listed, Secret, Whole
from botctl.config.values import ChainValues
from botctl.core.policy import Venue
from botctl.core.units import Address, Hash32


def _node_url(url: str) -> str:
    """Says nothing of the URL itself: its path is often an API key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("one of the urls is malformed") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write each url as http://host:port or https://host/path")
    return url


def _socket_url(url: str) -> str:
    """As `_node_url`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("one of the urls is malformed") from None
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise ValueError("write each url as ws://host:port or wss://host/path")
    return url


def _relay_url(url: str) -> str:
    return url and _node_url(url)


NodeUrl = Annotated[str, AfterValidator(_node_url)]
SocketUrl = Annotated[str, AfterValidator(_socket_url)]


class ChainGroup(Group):
    """The chain, and how patiently its nodes are asked."""

    urls: Annotated[tuple[NodeUrl, ...], Listed, Secret()] = Field(
        ("http://127.0.0.1:8545",),
        min_length=1,
        description="JSON-RPC nodes, best first. Default: your own node; no stranger is trusted unasked.",
    )
    ws_urls: Annotated[tuple[SocketUrl, ...], Listed, Secret()] = Field(
        (),
        description="WebSockets of the same nodes, for `botctl run`: it hears of new markets at once.",
    )
    chain_id: Whole = Field(
        1, gt=0, description="Ethereum mainnet. A node that serves another chain is refused."
    )
    private_url: Annotated[str, AfterValidator(_relay_url), Secret()] = Field(
        "", description="A private relay that gets our trades first, unseen by others; empty: none."
    )
    private_blocks: Whole = Field(
        4,
        ge=1,
        le=100,
        description="Not mined by then, the same bytes go to every node: a relay may be down.",
    )
    confirmations: Whole = Field(
        5,
        gt=0,
        le=100,
        description="Blocks until a trade counts as final: one minute, deeper than mainnet reorgs go.",
    )
    timeout_ms: Whole = Field(
        5_000, ge=100, description="For one request; a slower answer would be too old to trade on."
    )
    tries_max: Whole = Field(
        3, ge=1, le=10, description="Tries of a read before the cycle is given up to the next one."
    )
    batch_max: Whole = Field(
        100, ge=1, le=1_000, description="Calls in one request; most providers refuse more."
    )
    log_range_max: Whole = Field(
        2_000,
        ge=1,
        description="Blocks in one log query; the smallest limit among common providers.",
    )
    block_time_ms: Whole = Field(
        12_000, gt=0, description="Turns the time windows below into blocks; mainnet's slot."
    )

    def values(self) -> ChainValues:
        return ChainValues(
            urls=self.urls,
            ws_urls=self.ws_urls,
            private_url=self.private_url,
            chain_id=self.chain_id,
            timeout_ms=self.timeout_ms,
            tries_max=self.tries_max,
            batch_max=self.batch_max,
            log_range_max=self.log_range_max,
        )


class QuoteToken(Group):
    """A token that markets are quoted in, and where its dollar price is read."""

    token: AddressText = Field(description="The quote token.")
    reference_pair: AddressText = Field(description="A pair of it against the dollar token.")
    dollar: AddressText = Field(description="The token taken as one dollar in that pair.")


class VenueGroup(Group):
    """The DEX. Defaults: Uniswap V2 on Ethereum mainnet."""

    route: str = Field(
        "uniswap_v2", pattern="^uniswap_v2$", description="The kind of venue; the only one so far."
    )
    factory: AddressText = Field(
        "0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f", description="Pairs of any other are refused."
    )
    router: AddressText = Field(
        "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D", description="The only contract we pay."
    )
    native: AddressText = Field(
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        description="The wrapped native token (WETH): the only quote that can be spent.",
    )
    factory_code_hash: Hash32Text | None = Field(
        None, description="Keccak of the factory's code, to pin it; left out: any code will do."
    )
    router_code_hash: Hash32Text | None = Field(None, description="The same for the router.")
    pair_code_hash: Hash32Text | None = Field(None, description="The same for every pair.")
    quotes: Annotated[tuple[QuoteToken, ...], Listed] = Field(
        (
            QuoteToken(
                token="0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",  # noqa: S106
                reference_pair="0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc",
                dollar="0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            ),
        ),
        min_length=1,
        description="Tokens markets are quoted in, the native one first; priced by the deepest pair.",
    )

    def values(self, chain_id: int) -> Venue:
        return Venue(
            chain_id=chain_id,
            route=self.route,
            factory=Address(self.factory),
            router=Address(self.router),
            native=Address(self.native),
            factory_code_hash=_hash(self.factory_code_hash),
            router_code_hash=_hash(self.router_code_hash),
            pair_code_hash=_hash(self.pair_code_hash),
        )


def _hash(text: str | None) -> Hash32 | None:
    return None if text is None else Hash32(text)
