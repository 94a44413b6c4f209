"""What a fill does to a position: exact integers, gas included, nothing estimated."""

from dataclasses import dataclass, replace

from botctl.core.orders import Fill


@dataclass(frozen=True, slots=True)
class Account:
    """A position's books in wei and token units; `realised_wei` is signed and includes all gas."""

    quantity: int = 0
    cost_wei: int = 0  # of the held quantity, its buying gas included
    proceeds_wei: int = 0
    realised_wei: int = 0
    gas_wei: int = 0

    @property
    def closed(self) -> bool:
        return self.quantity == 0


def after_fill(account: Account, fill: Fill) -> Account:
    """Tokens in raise the cost, tokens out realise against it; without tokens, what moved is realised.

    A partial sell takes its share of the cost, rounded up: profit is never shown too early.
    """
    account = replace(account, gas_wei=account.gas_wei + fill.gas_wei)
    if fill.token_delta > 0:
        return replace(
            account,
            quantity=account.quantity + fill.token_delta,
            cost_wei=account.cost_wei - fill.native_delta_wei + fill.gas_wei,
        )
    if fill.token_delta == 0:
        moved_wei = fill.native_delta_wei - fill.gas_wei
        return replace(account, realised_wei=account.realised_wei + moved_wei)
    sold = -fill.token_delta
    share = -(-account.cost_wei * sold // account.quantity) if account.quantity else 0
    return replace(
        account,
        quantity=account.quantity - sold,
        cost_wei=account.cost_wei - share,
        proceeds_wei=account.proceeds_wei + fill.native_delta_wei,
        realised_wei=account.realised_wei + fill.native_delta_wei - fill.gas_wei - share,
    )
