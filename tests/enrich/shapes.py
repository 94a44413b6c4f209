"""Answers as the services publish them, for a token that nothing speaks against."""

from botctl.core.units import Address

TOKEN = Address("0x" + "ab" * 20)
OTHER = Address("0x" + "cd" * 20)
KEY = "canary-0123456789"
DEAD = "0x000000000000000000000000000000000000dEaD"


def goplus_row(**changed: object) -> dict[str, object]:
    return {
        "anti_whale_modifiable": "0",
        "buy_tax": "0",
        "can_take_back_ownership": "0",
        "cannot_buy": "0",
        "cannot_sell_all": "0",
        "creator_address": "0x" + "01" * 20,
        "creator_balance": "0",
        "creator_percent": "0.000000",
        "dex": [{"liquidity_type": "UniV2", "name": "UniswapV2", "pair": "0x" + "02" * 20}],
        "external_call": "0",
        "hidden_owner": "0",
        "holder_count": "4342",
        "holders": [
            {"address": DEAD, "tag": "", "is_contract": 0, "percent": "0.8", "is_locked": 0},
            {"address": "0x" + "02" * 20, "is_contract": 1, "percent": "0.6", "is_locked": 0},
            {"address": "0x" + "03" * 20, "is_contract": 0, "percent": "0.4", "is_locked": 1},
            {"address": "0x" + "04" * 20, "is_contract": 0, "percent": "0.01", "is_locked": 0},
        ],
        "honeypot_with_same_creator": "0",
        "is_anti_whale": "0",
        "is_blacklisted": "0",
        "is_honeypot": "0",
        "is_in_dex": "1",
        "is_mintable": "0",
        "is_open_source": "1",
        "is_proxy": "0",
        "is_whitelisted": "0",
        "lp_holders": [
            {
                "address": "0x" + "05" * 20,
                "is_contract": 1,
                "is_locked": 1,
                "NFT_list": None,
                "percent": "0.99",
                "value": None,
            }
        ],
        "owner_address": "",
        "owner_change_balance": "0",
        "owner_percent": "0.000000",
        "personal_slippage_modifiable": "0",
        "selfdestruct": "0",
        "sell_tax": "0",
        "slippage_modifiable": "0",
        "token_name": "Plain",
        "token_symbol": "PLN",
        "total_supply": "1000000",
        "trading_cooldown": "0",
        "transfer_pausable": "0",
        "transfer_tax": "",
        **changed,
    }


def goplus(**rows: object) -> dict[str, object]:
    """Keyed by address, in whatever case the service likes."""
    return {"code": 1, "message": "OK", "result": rows}


def honeypot(**changed: object) -> dict[str, object]:
    return {
        "token": {"name": "Plain", "symbol": "PLN", "decimals": 18, "address": "0x" + "Ab" * 20},
        "withToken": {
            "name": "Ether",
            "symbol": "ETH",
            "decimals": 18,
            "address": "0x" + "0e" * 20,
        },
        "summary": {"risk": "very_low", "riskLevel": 1, "flags": []},
        "simulationSuccess": True,
        "honeypotResult": {"isHoneypot": False},
        "simulationResult": {
            "buyTax": 0,
            "sellTax": 0,
            "transferTax": 0,
            "buyGas": "151008",
            "sellGas": "115970",
        },
        "holderAnalysis": {"holders": "9837", "successful": "9817", "failed": "3", "siphoned": "0"},
        "flags": [],
        "contractCode": {
            "openSource": True,
            "rootOpenSource": True,
            "isProxy": False,
            "hasProxyCalls": False,
        },
        "chain": {"id": "1", "name": "Ethereum", "shortName": "ETH", "currency": "ETH"},
        "pairAddress": "0x" + "02" * 20,
        **changed,
    }


def source(**changed: object) -> dict[str, object]:
    row = {
        "SourceCode": "contract Plain {}",
        "ABI": "[]",
        "ContractName": "Plain",
        "CompilerVersion": "v0.8.19+commit.7dd6d404",
        "Proxy": "0",
        "Implementation": "",
        **changed,
    }
    return {"status": "1", "message": "OK", "result": [row]}


def notok(text: str) -> dict[str, object]:
    return {"status": "0", "message": "NOTOK", "result": text}
