"""Selectors of the gate's own calls; hashing them at start-up would cost an import."""

from typing import Final

# Gate.sol
POWERS: Final = "6d89789f"  # powers((address,address,address,address,uint256,uint256,address[],(address,bytes4)[]))
# ERC-20 and Uniswap V2
BALANCE_OF: Final = "70a08231"  # balanceOf(address)
TRANSFER: Final = "a9059cbb"  # transfer(address,uint256)
TRANSFER_FROM: Final = "23b872dd"  # transferFrom(address,address,uint256)
AMOUNTS_OUT: Final = "d06ca61f"  # getAmountsOut(uint256,address[])
