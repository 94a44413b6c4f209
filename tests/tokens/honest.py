"""The honest ones that look odd: each can be sold for what it is worth, today and tomorrow."""

from typing import Final

from tests.tokens.rows import RENOUNCED, Call, Family, Party, Token

_F: Final = Family


def _honest(
    contract: str,
    family: Family,
    why: str,
    *extra: int | Party,
    name: str | None = None,
    listing: tuple[Call, ...] = (),
    fee_bps: int = 0,
) -> Token:
    return Token(
        name or contract,
        contract,
        True,
        family,
        why,
        extra=extra,
        listing=listing,
        fee_bps=fee_bps,
    )


def _decimals(name: str, places: int) -> Token:
    return _honest("Decimals", _F.METADATA, f"{places} decimals", places, name=name)


def _fee(name: str, sell_bps: int, buy_bps: int) -> Token:
    why = f"{sell_bps / 100} % on sells, {buy_bps / 100} % on buys, and nobody can change it"
    fee_bps = sell_bps + buy_bps
    return _honest(
        "FixedTax",
        _F.FEE,
        why,
        sell_bps,
        buy_bps,
        name=name,
        listing=RENOUNCED,
        fee_bps=fee_bps,
    )


HONEST: Final = (
    _honest("Plain", _F.PLAIN, "ownable, and renounced", listing=RENOUNCED),
    _honest("OwnerNamesTheSite", _F.PLAIN, "a live owner with no power over holders"),
    _decimals("ZeroDecimals", 0),
    _decimals("SixDecimals", 6),
    _decimals("TwentyFourDecimals", 24),
    _honest("LargeSupply", _F.METADATA, "a supply of 2^250"),
    _honest("NoMetadata", _F.METADATA, "no name, no symbol, no decimals"),
    _honest("NoDecimals", _F.METADATA, "no decimals, which the standard calls optional"),
    _honest("Bytes32Symbol", _F.METADATA, "name and symbol are bytes32"),
    _honest("RevertingName", _F.METADATA, "asking for the name reverts"),
    _honest("NoReturnValues", _F.CALLS, "its calls return nothing"),
    _honest("Uint96", _F.CALLS, "amounts of 96 bits"),
    _honest("ApproveFromZeroOnly", _F.CALLS, "an approval must be zero before it changes"),
    _honest("ZeroIsRefused", _F.CALLS, "no transfers to zero, and none of nothing"),
    _honest("Burnable", _F.CALLS, "holders may burn their own"),
    _honest("Permit", _F.CALLS, "approvals by signature"),
    _honest("FlashMint", _F.CALLS, "mints for the length of one call"),
    _honest("TransferAndCall", _F.CALLS, "can tell a receiver"),
    _honest("Hooks", _F.CALLS, "tells others, who call back in the middle of a transfer"),
    _honest("Votes", _F.CALLS, "remembers balances, so transfers are dear"),
    _honest("Dividends", _F.CALLS, "a second contract hears of every move"),
    _fee("FeeOnePercent", 100, 100),
    _fee("FeeTwoPercent", 200, 200),
    _fee("FeeThreePercent", 300, 300),
    _fee("FeeOnSellsOnly", 200, 0),
    _honest("BurnsOnTransfer", _F.FEE, "every move burns 1 %", fee_bps=200),
    _honest("WalletsPay", _F.FEE, "5 % between wallets, nothing in trades"),
    _honest("SwapBack", _F.FEE, "1 % each way, sold for ether", listing=RENOUNCED, fee_bps=200),
    _honest("Reflection", _F.ELASTIC, "2 % of each trade go to all holders", fee_bps=400),
    _honest("Rebasing", _F.ELASTIC, "grows every second, for everyone"),
    _honest("MaxWallet", _F.RULE, "nobody holds more than 2 %"),
    _honest("AntiWhale", _F.RULE, "nobody moves more than 2 % at once"),
    _honest("LaunchLimits", _F.RULE, "limits in the first blocks of its life"),
    _honest("OneBuyABlock", _F.RULE, "one buy an origin and a block"),
    _honest("NoSellInTheBlockOfTheBuy", _F.RULE, "no sell in the block of the buy"),
    _honest("NamesItsPeople", _F.RULE, "names people without powers", Party.KEEPER, fee_bps=100),
    _honest(
        "ManyPowersAreGone",
        _F.RENOUNCED,
        "two dozen functions for nobody",
        Party.KEEPER,
        listing=RENOUNCED,
    ),
    _honest("FeeOnlyFalls", _F.RULE, "a live owner may lower a fee", fee_bps=200),
    _honest("Pausable", _F.RENOUNCED, "could be paused", listing=RENOUNCED),
    _honest("MintCapped", _F.RENOUNCED, "could be minted, to a cap", listing=RENOUNCED),
    _honest("Blacklist", _F.RENOUNCED, "could list people", listing=RENOUNCED),
    _honest(
        "FeeSetterCapped", _F.RENOUNCED, "a fee setter, capped", listing=RENOUNCED, fee_bps=200
    ),
    _honest(
        "TradingOpensOnce",
        _F.RENOUNCED,
        "opened once and for ever",
        listing=(Call("openTrading()"), *RENOUNCED),
    ),
    _honest("FrozenProxy", _F.PROXY, "EIP-1967 that nobody can upgrade", listing=RENOUNCED),
    _honest("RenouncedUups", _F.PROXY, "upgrades itself, for no owner", listing=RENOUNCED),
    _honest("HonestClone", _F.PROXY, "EIP-1167 of a plain token", listing=RENOUNCED),
    _honest("HonestBeacon", _F.PROXY, "a beacon that nobody owns", listing=RENOUNCED),
    _honest("TimelockedProxy", _F.PROXY, "two days' notice of an upgrade", listing=RENOUNCED),
)
