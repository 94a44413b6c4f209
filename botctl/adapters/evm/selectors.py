"""Selectors and event topics as constants: hashing them at start-up would cost an import."""

from typing import Final

# Lens.sol
MARKETS: Final = "0f399bce"  # markets((address,address,address,address[3])[],address[],address)
TOKENS: Final = "904ad571"  # tokens(address[])
PAIRS: Final = "1644d53e"  # pairs(address[])
ACCOUNTS: Final = "6fbf8c75"  # accounts(address,address[])
ALLOWANCES: Final = "9dc79937"  # allowances(address,address,address[])
# Prober.sol
PROBE: Final = "58aafaba"  # probe((address,address,uint256)[],address,address,uint256)
# Reads.sol
PAGE_TOO_LARGE: Final = "f09263d6"  # PageTooLarge()
# what solc itself reverts with
ERROR: Final = "08c379a0"  # Error(string)
PANIC: Final = "4e487b71"  # Panic(uint256)
# ERC-20 and Uniswap V2
APPROVE: Final = "095ea7b3"  # approve(address,uint256)
BUY: Final = "b6f9de95"  # swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,address[],address,uint256)
SELL: Final = "791ac947"  # swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,address[],address,uint256)
PAIR_CREATED: Final = "0x0d3648bd0f6ba80134a33ba9275ac585d9d315f0ad8355cddefde31afa28d0e9"  # PairCreated(address,address,address,uint256)
SWAP: Final = "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822"  # Swap(address,uint256,uint256,uint256,uint256,address)
TRANSFER: Final = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"  # Transfer(address,address,uint256)
GET_PAIR: Final = "e6a43905"  # getPair(address,address)
IMPLEMENTATION: Final = "5c60da1b"  # implementation()
