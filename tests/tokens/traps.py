"""The traps that need nobody: code alone, time, other people's trades, or our own."""

from typing import Final

from botctl.adapters.evm.hashing import keccak256
from tests.tokens.rows import DAY_S, HOUR_S, MINUTE_S, NOTHING, RENOUNCED, Arm, Call, Family, Party
from tests.tokens.rows import Token as Row

_F: Final = Family
EIP_1822_SLOT: Final = keccak256(b"PROXIABLE")
OLD_SLOT: Final = keccak256(b"org.zeppelinos.proxy.implementation")
LONG_AFTER: Final = Arm(blocks=600)  # one wait for all that count blocks


def _trap(
    contract: str, family: Family, why: str, arm: Arm = NOTHING, listing: tuple[Call, ...] = ()
) -> Row:
    return Row(contract, contract, False, family, why, arm=arm, listing=listing)


def _tax(name: str, why: str, sell_bps: int, buy_bps: int) -> Row:
    extra = (sell_bps, buy_bps)
    return Row(name, "FixedTax", False, _F.TAX, why, extra=extra, listing=RENOUNCED)


def _slot(name: str, what: str, slot: bytes) -> Row:
    why = f"{what} names code that refuses sells"
    extra = (int.from_bytes(slot, "big"),)
    return Row(name, "SlotProxy", False, _F.PROXY, why, extra=extra, listing=RENOUNCED)


_REFUSALS: Final = (
    _trap("SellsRevert", _F.REFUSAL, "only the launcher can sell", listing=RENOUNCED),
    _trap("SellsMoveNothing", _F.REFUSAL, "a sell says yes, moves nothing", listing=RENOUNCED),
    _trap("SellsReturnFalse", _F.REFUSAL, "a sell returns false"),
    _trap("SellsBurnAllGas", _F.REFUSAL, "a sell loops until the gas is gone"),
    _trap("SellsAnswerWithABlob", _F.REFUSAL, "a sell moves nothing, returns 400 kB"),
    _trap("ProgramsMayNotSpend", _F.ROUTE, "no contract may spend an allowance, so no router"),
    _trap("PairsMayNotReceive", _F.ROUTE, "whatever has a token0 cannot receive it"),
)
_TAXES: Final = (
    _tax("SellTaxWhole", "the sell tax is 100 %", 10_000, 0),
    _tax("SellTaxNearlyWhole", "the sell tax is 99 %", 9_900, 0),
    _tax("SellTaxTenth", "the sell tax is 10 %", 1_000, 0),
    _tax("BuyTaxHalf", "half of every buy goes to the launcher", 0, 5_000),
    _trap("TaxByAmount", _F.TAX, "crumbs leave free, a position pays 80 %"),
    _trap("SellsBurnAThird", _F.TAX, "a third of what was sold is burned in the pair"),
    _trap(
        "TakesTheRest",
        _F.TAX,
        "the first sell costs all that is left",
        Arm(own_sells=1),
    ),
    _trap(
        "TaxRisesWithSells",
        _F.TAX,
        "each sell by anyone adds 5 % for the next",
        Arm(crowd_buys=1, crowd_sells=8),
    ),
    _trap("TaxRisesWithAge", _F.TAX, "a percent more every ten minutes", Arm(seconds=DAY_S)),
    _trap(
        "TaxRisesWithHolding",
        _F.TAX,
        "free for half an hour after one's own buy, then 90 %",
        Arm(seconds=HOUR_S),
    ),
)
_DELAYS: Final = (
    Row(
        "ClosesAtBlock",
        "ClosesAtBlock",
        False,
        _F.DELAY,
        "sells close 600 blocks after the launch",
        extra=(600,),
        arm=LONG_AFTER,
    ),
    Row(
        "ClosesAtTime",
        "ClosesAtTime",
        False,
        _F.DELAY,
        "sells close two days after the launch",
        extra=(2 * DAY_S,),
        arm=Arm(seconds=2 * DAY_S),
    ),
    _trap("OpensByRounds", _F.DELAY, "a hundred blocks open, a hundred shut", Arm(blocks=100)),
    _trap(
        "TwoKeys",
        _F.DELAY,
        "85 % from who has waited, once others have sold",
        Arm(crowd_buys=1, crowd_sells=2, seconds=HOUR_S),
    ),
    _trap("OpensHalfDays", _F.DELAY, "sells only in the mornings", Arm(seconds=13 * HOUR_S)),
    _trap(
        "LeavesInTheSameBlockOnly", _F.DELAY, "sells only in the block of one's buy: for programs"
    ),
    _trap(
        "LeavesWithinMinutes",
        _F.DELAY,
        "sells for five minutes after one's buy, then never",
        Arm(seconds=10 * MINUTE_S),
    ),
    _trap(
        "ClosesAfterSells",
        _F.DELAY,
        "sells close after the fifth, by whomever",
        Arm(crowd_buys=1, crowd_sells=5),
    ),
    _trap("ClosesWhenRich", _F.DELAY, "closes when the pool is worth it", Arm(crowd_buys=3)),
    _trap("ClosesToLaterBuyers", _F.DELAY, "closed once three bought after us", Arm(crowd_buys=3)),
    _trap("CooldownBetweenTrades", _F.COOLDOWN, "a year between a buy and a sell"),
    _trap("SellsDrip", _F.COOLDOWN, "a hundredth a month"),
)
_LIMITS: Final = (
    _trap("MaxSellIsTiny", _F.LIMIT, "a sell is at most a billionth of the supply"),
    _trap("MaxWalletBindsThePair", _F.LIMIT, "the pair holds its maximum: nothing may enter"),
    _trap("SellsOnce", _F.LIMIT, "each wallet sells once", Arm(own_sells=1)),
    _trap("WhalesOnlySell", _F.LIMIT, "only who holds a twentieth of the supply may sell"),
    _trap("HalfMustStay", _F.LIMIT, "half of what was bought can never leave"),
    _trap("BuyersAreListed", _F.LIST, "who buys is blacklisted by the buy"),
    _trap("FriendsOnlySell", _F.LIST, "who may sell is on a list; we are not"),
)
_WATCHERS: Final = (
    _trap("SellerIsTheOrigin", _F.WATCHER, "refuses a seller who is tx.origin"),
    _trap("OriginHasMoney", _F.WATCHER, "refuses where tx.origin owns anything"),
    _trap("SellerHasNoCode", _F.WATCHER, "contracts may sell, people may not"),
    _trap("SellerIsNotRichEnough", _F.WATCHER, "lets a purse sell that only a lent one can be"),
    _trap("GasIsPaid", _F.WATCHER, "refuses where a gas price is paid"),
    _trap("GasIsPaidWell", _F.WATCHER, "refuses a gas price above the base fee"),
    _trap("BaseFeeIsCharged", _F.WATCHER, "refuses where there is a base fee"),
    _trap("GasIsShort", _F.WATCHER, "wants more gas left than anyone pays for"),
    _trap(
        "ProducerIsAnother",
        _F.WATCHER,
        "sells only in blocks of one producer",
        Arm(other_producer=True),
    ),
    Row(
        "SellerIsNotTheProber",
        "SellerIsNotTheProber",
        False,
        _F.WATCHER,
        "knows the address that our probe sells from",
        extra=(Party.PROBER,),
    ),
    _trap(
        "ClosesInRealBlocksOnly",
        _F.WATCHER,
        "closes after 300 blocks, except where the parent's hash is unknown",
        LONG_AFTER,
    ),
    _trap("BuyersThatPaidAreMarked", _F.WATCHER, "marks buyers who paid for their gas themselves"),
)
_BALANCES: Final = (
    _trap("TransferFromLies", _F.BALANCE, "a sell takes from us and gives the pair nothing"),
    _trap("BalanceLies", _F.BALANCE, "shows ten times what we own"),
    _trap("BalanceShrinks", _F.BALANCE, "halves every hour", Arm(seconds=DAY_S)),
    _trap("PairBalanceLies", _F.BALANCE, "hides half of what the pair was sold"),
    _trap("LastMileIsMissing", _F.BALANCE, "all at once arrives as a millionth"),
    _trap("ApprovalIsForgotten", _F.APPROVAL, "approving a contract stores nothing"),
    _trap("ApprovalReverts", _F.APPROVAL, "only the launcher may approve"),
    _trap("ApprovalBurns", _F.APPROVAL, "approving burns what one holds"),
    _trap("ApprovalLapses", _F.APPROVAL, "an approval holds for its own block only"),
    _trap("BouncerRefuses", _F.HELPER, "another contract refuses every seller but one"),
    _trap("SyncsDuringTheSell", _F.REENTRANCY, "syncs the pair before the router counts"),
    _trap("SkimsDuringTheSell", _F.REENTRANCY, "skims half of the sell out of the pair"),
    _trap("SellsAheadOfTheSell", _F.REENTRANCY, "dumps a stash ahead of every seller"),
    _trap("ProxyToATrap", _F.PROXY, "EIP-1967 before code that refuses sells", listing=RENOUNCED),
    _trap("CloneOfATrap", _F.PROXY, "EIP-1167 before code that refuses sells", listing=RENOUNCED),
    _trap("BeaconToATrap", _F.PROXY, "a beacon names code that refuses sells", listing=RENOUNCED),
    _trap(
        "ProxyToAWatcher",
        _F.PROXY,
        "EIP-1967 before code that notices a simulation",
        listing=RENOUNCED,
    ),
    _slot("ProxyOfEip1822", "EIP-1822's slot", EIP_1822_SLOT),
    _slot("ProxyOfOldSlot", "the slot before EIP-1967", OLD_SLOT),
    _trap(
        "ProxyToADelay",
        _F.PROXY,
        "EIP-1967 before code that closes 200 blocks after the first buy",
        LONG_AFTER,
        RENOUNCED,
    ),
)
_HOSTILE: Final = (
    _trap("BeaconShouts", _F.PROXY, "a beacon scares strangers off with a node's own words"),
    _trap("BeaconBurnsGas", _F.PROXY, "a beacon burns the gas of strangers who ask it"),
    _trap("BeaconBabbles", _F.PROXY, "a beacon answers strangers with seven bytes"),
    _trap("SellsRevertWithABlob", _F.REFUSAL, "a sell reverts with 500 kB"),
    _trap("BurnsAllGasLater", _F.REFUSAL, "a sell after the buy's block burns all gas"),
    _trap(
        "BalancesBurnGas", _F.BALANCE, "a router that reads the balance of the pair burns its gas"
    ),
)

UNAIDED: Final = (*_REFUSALS, *_TAXES, *_DELAYS, *_LIMITS, *_WATCHERS, *_BALANCES, *_HOSTILE)
