"""The traps that somebody springs: what the launcher does between our buy and our sell."""

from typing import Final

from tests.tokens.rows import (
    FOR_EVER,
    HOUR_S,
    RENOUNCED,
    Amount,
    Argument,
    Arm,
    Call,
    Family,
    Party,
    Token,
)

_F: Final = Family
_SHANGHAI: Final = "shanghai"  # the last one where code can vanish (EIP-6780)
_SELL: Final = "swapExactTokensForETHSupportingFeeOnTransferTokens"
_MINTED: Final = 10**30
_ROUTER_SELL: Final = f"{_SELL}(uint256,uint256,address[],address,uint256)"
_TRANSFER_FROM: Final = bytes.fromhex("23b872dd")


def _power(contract: str, why: str, *calls: Call, listing: tuple[Call, ...] = ()) -> Token:
    return _sprung(_F.OWNER, contract, why, *calls, listing=listing)


def _sprung(
    family: Family,
    contract: str,
    why: str,
    *calls: Call,
    listing: tuple[Call, ...] = (),
    hardfork: str | None = None,
) -> Token:
    arm = Arm(calls=calls)
    return Token(
        contract, contract, False, family, why, arm=arm, listing=listing, hardfork=hardfork
    )


def dump(amount: int | Amount) -> Call:
    path = (Party.TOKEN, Party.WETH)
    arguments: tuple[Argument, ...] = (amount, 0, path, Party.OWNER, FOR_EVER)
    return Call(_ROUTER_SELL, arguments, to=Party.ROUTER)


_OWNERS: Final = (
    _power("OwnerSetsTax", "the owner sets the sell tax", Call("setSellTax(uint256)", (9_900,))),
    _power("OwnerSetsMaxSell", "the owner sets the limit", Call("setMaxTxAmount(uint256)", (1,))),
    _power(
        "OwnerBlacklists", "the owner lists us", Call("blacklist(address,bool)", (Party.BUYER, 1))
    ),
    _power("OwnerPauses", "the owner pauses", Call("pause()")),
    _power("OwnerClosesTrading", "the owner closes", Call("setTrading(bool)", (0,))),
    _power(
        "OwnerMints",
        "the owner mints and dumps",
        Call("mint(address,uint256)", (Party.OWNER, _MINTED)),
        dump(_MINTED),
    ),
    _power(
        "OwnerMintsInSecret",
        "the owner writes a balance and dumps it",
        Call("distribute(address,uint256)", (Party.OWNER, _MINTED)),
        dump(_MINTED),
    ),
    _power(
        "OwnerBurnsOthers",
        "the owner burns ours",
        Call("burn(address,uint256)", (Party.BUYER, 10**24)),
    ),
    _power(
        "OwnerSpendsForOthers",
        "the owner needs no allowance",
        Call("transferFrom(address,address,uint256)", (Party.BUYER, Party.OWNER, 10**24)),
    ),
    _power("OwnerRebases", "the owner shrinks us", Call("rebase(uint256)", (10**15,))),
    _power(
        "RenouncementIsFake",
        "a hidden owner closes",
        Call("swapAndLiquify(bool)", (1,)),
        listing=RENOUNCED,
    ),
    _power(
        "OwnershipComesBack",
        "the renounced owner returns and closes",
        Call("unlock()"),
        Call("close()"),
        listing=(Call("lock()"),),
    ),
    _power(
        "MarketingSetsFee",
        "no owner; a wallet sets the fee",
        Call("setMarketingFee(uint256)", (9_500,)),
    ),
    _power(
        "SecretKnock",
        "a transfer of 31,337 to the token closes it",
        Call("transfer(address,uint256)", (Party.TOKEN, 31_337)),
    ),
    Token(
        "LampIsLit",
        "LampIsLit",
        False,
        _F.OWNER,
        "one wei at some address closes it",
        extra=(Party.LAMP,),
        arm=Arm(calls=(Call("", to=Party.LAMP, value_wei=1),)),
    ),
)
_ELSEWHERE: Final = (
    _sprung(
        _F.ROUTE,
        "RoutersAreListed",
        "the owner strikes the router off",
        Call("setRouter(address,bool)", (Party.ROUTER, 0)),
    ),
    _sprung(
        _F.COOLDOWN,
        "DustRestartsTheCooldown",
        "any dust sent to us restarts a month's wait",
        Call("transfer(address,uint256)", (Party.BUYER, 1)),
    ),
    _sprung(
        _F.LIST,
        "MarksAreHidden",
        "a blacklist of bits, under a name that says nothing",
        Call("tune_9f2(uint256,uint256)", (Party.BUYER, 4)),
    ),
    _sprung(
        _F.LIST,
        "FallbackBlocks",
        "the fallback takes the name to block; no selector shows it",
        Call("", (Party.BUYER,)),
    ),
    _sprung(
        _F.APPROVAL,
        "OwnerFreezesApprovals",
        "the owner voids our allowances",
        Call("excludeFromReward(address)", (Party.BUYER,)),
    ),
    _sprung(
        _F.APPROVAL,
        "PermitHasABackDoor",
        "the launcher's permit needs no signature",
        Call(
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            (Party.BUYER, Party.OWNER, 10**24, FOR_EVER, 0, 0, 0),
        ),
        Call("transferFrom(address,address,uint256)", (Party.BUYER, Party.OWNER, 10**24)),
    ),
    _sprung(
        _F.HELPER,
        "JudgeDecides",
        "renounced; the contract it asks is not",
        Call("close()", to=Party.FIRST_CHILD),
        listing=RENOUNCED,
    ),
    _sprung(
        _F.HELPER,
        "JudgeTaxes",
        "renounced; the contract that takes the fee is not",
        Call("setCut(uint256)", (9_900,), to=Party.FIRST_CHILD),
        listing=RENOUNCED,
    ),
    _sprung(
        _F.HELPER,
        "BankRewrites",
        "the books are elsewhere, and their keeper edits them",
        Call("put(address,uint256)", (Party.BUYER, 0), to=Party.FIRST_CHILD),
    ),
    _sprung(
        _F.REENTRANCY,
        "BurnsThePair",
        "burns what the pair holds, syncs, and sells into the rest",
        Call("squeeze()"),
        dump(Amount.OWNERS_TOKENS),
    ),
    Token(
        "LiquidityIsPulled",
        "Plain",
        False,
        _F.LIQUIDITY,
        "an honest token whose launcher kept the pool's shares",
        arm=Arm(
            calls=(
                Call("transfer(address,uint256)", (Party.PAIR, Amount.OWNERS_LP), to=Party.PAIR),
                Call("burn(address)", (Party.OWNER,), to=Party.PAIR),
            )
        ),
        listing=RENOUNCED,
        lp_burned=False,
    ),
)
_PROXIES: Final = (
    _sprung(
        _F.PROXY,
        "ProxyThatTurns",
        "the admin upgrades to code that refuses sells",
        Call("upgradeTo(address)", (Party.SECOND_CHILD,)),
        listing=RENOUNCED,  # the token's owner is; the proxy's admin is somebody else
    ),
    _sprung(
        _F.PROXY,
        "LogicThatTurns",
        "the owner upgrades from inside the code",
        Call("upgradeTo(address)", (Party.SECOND_CHILD,)),
    ),
    Token(
        "BeaconThatTurns",
        "BeaconThatTurns",
        False,
        _F.PROXY,
        "the beacon's owner names other code",
        arm=Arm(calls=(Call("upgradeTo(address)", (Party.THIRD_CHILD,), to=Party.SECOND_CHILD),)),
        listing=RENOUNCED,
    ),
    _sprung(
        _F.PROXY,
        "NamelessProxy",
        "a proxy after no standard turns",
        Call("sweep_71c(address)", (Party.SECOND_CHILD,)),
        listing=RENOUNCED,
    ),
    _sprung(
        _F.PROXY,
        "Facets",
        "transferFrom alone is given other code",
        Call("cut(bytes4,address)", (_TRANSFER_FROM, Party.SECOND_CHILD)),
        listing=RENOUNCED,
    ),
    _sprung(
        _F.DESTRUCTION,
        "Destroys",
        "the owner destroys the token",
        Call("close()"),
        hardfork=_SHANGHAI,
    ),
    _sprung(
        _F.DESTRUCTION,
        "ProxyToNothing",
        "anyone can destroy the code behind it",
        Call("retire(address)", (Party.OWNER,), to=Party.FIRST_CHILD),
        listing=RENOUNCED,
        hardfork=_SHANGHAI,
    ),
)

_CHAINS: Final = (
    Token(
        "OwnerStartsAClock",
        "OwnerStartsAClock",
        False,
        _F.OWNER,
        "the owner's call closes it an hour later",
        arm=Arm(calls=(Call("startSeason()"),), seconds=2 * HOUR_S),
    ),
    _power(
        "OwnerMarksPairs",
        "the owner marks the pair, and marked pairs pay 90 %",
        Call("setAutomatedMarketMakerPair(address,bool)", (Party.PAIR, 1)),
    ),
    _power(
        "OwnerIsAContract",
        "the owner is a contract that obeys the launcher",
        Call("resolve(address)", (Party.TOKEN,), to=Party.FIRST_CHILD),
    ),
    _sprung(
        _F.HELPER,
        "FarmMints",
        "renounced; another contract mints for the launcher, who dumps",
        Call("harvest(address,uint256)", (Party.TOKEN, _MINTED), to=Party.FIRST_CHILD),
        dump(_MINTED),
        listing=RENOUNCED,
    ),
    _sprung(
        _F.HELPER,
        "TreasuryRefuses",
        "each sell pays a treasury, which begins to refuse",
        Call("refuse()", to=Party.FIRST_CHILD),
        listing=RENOUNCED,
    ),
)

SPRUNG: Final = (*_OWNERS, *_CHAINS, *_ELSEWHERE, *_PROXIES)
