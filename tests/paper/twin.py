"""One wallet twice: on the chain with money from the test node, and on paper with as much."""

from dataclasses import dataclass
from pathlib import Path

from botctl.adapters.devnet import calldata, control
from botctl.adapters.devnet.deploy import TRADERS
from botctl.adapters.devnet.plan import ETHER
from botctl.adapters.evm import abi
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.reader import EvmMarketReader
from botctl.adapters.evm.sender import EvmSender
from botctl.adapters.evm.wallet import EvmTxReader
from botctl.adapters.paper.book_file import BookFile
from botctl.adapters.paper.signer import paper_signer
from botctl.adapters.paper.simulate import PaperTerms, Simulator
from botctl.adapters.paper.venue import PaperVenue
from botctl.core.intent import Intent, Side
from botctl.core.lifecycle import OrderState
from botctl.core.orders import (
    Fill,
    Order,
    OrderKind,
    Receipt,
    SendCode,
    SignedTx,
    UnsignedTx,
)
from botctl.core.settlement import fill_of
from botctl.core.units import Address, BundleId, CycleId, OrderId
from botctl.ports.chain import SendAnswer, TxReader, WalletState
from tests.support.chain import Chain

START_WEI = 10 * ETHER
FEE_MAX_WEI = 3 * 10**9
TIP_WEI = 10**9
GAS_LIMIT = 500_000
BLOCK_S = 12
IN_AN_HOUR_S = 3_600


@dataclass(frozen=True)
class Pair:
    """What the same bytes did in both worlds."""

    paper: Receipt
    real: Receipt


class Twin:
    def __init__(self, chain: Chain, folder: Path) -> None:
        deployment, rpc = chain.deployment, chain.rpc
        self.chain = chain
        self.signer = paper_signer("main")
        self.address = self.signer.address
        self.terms = PaperTerms(
            chain_id=deployment.chain_id,
            wallet=self.address,
            factory=deployment.factory,
            router=deployment.router,
            native=deployment.weth,
        )
        self.reader = EvmMarketReader(rpc)
        self.file = BookFile(folder / "paper.json", deployment.chain_id, self.address, START_WEI)
        self.venue = PaperVenue(Simulator(self.reader, self.terms, self.pair_of), self.file)
        self.txs = EvmTxReader(rpc, self.address)
        self.sender = EvmSender(rpc)
        self.calls = RouterCalls()
        control.set_balance(rpc, self.address, START_WEI)
        self.mine()

    def pair_of(self, token: Address) -> Address | None:
        return next((m.pair for m in self.chain.deployment.markets if m.token == token), None)

    def token(self, symbol: str) -> Address:
        return self.chain.deployment.market(symbol).token

    def mine(self) -> None:
        control.mine_at(self.chain.rpc, control.head(self.chain.rpc).timestamp_s + BLOCK_S)

    def deadline_s(self) -> int:
        return control.head(self.chain.rpc).timestamp_s + IN_AN_HOUR_S

    def signed(
        self,
        to: Address,
        data: bytes,
        *,
        value_wei: int = 0,
        nonce: int | None = None,
        gas_limit: int = GAS_LIMIT,
        fee_max_wei: int = FEE_MAX_WEI,
    ) -> SignedTx:
        tx = UnsignedTx(
            chain_id=self.terms.chain_id,
            nonce=self.file.read().nonce if nonce is None else nonce,
            to=to,
            value_wei=value_wei,
            data=data,
            gas_limit=gas_limit,
            fee_max_wei=fee_max_wei,
            priority_fee_wei=min(TIP_WEI, fee_max_wei),
        )
        return self.signer.sign(tx)

    def buy(
        self, token: Address, wei: int, *, min_out: int = 0, deadline_s: int | None = None
    ) -> SignedTx:
        data = self.calls.buy(
            min_out=min_out,
            path=(self.terms.native, token),
            to=self.address,
            deadline_s=self.deadline_s() if deadline_s is None else deadline_s,
        )
        return self.signed(self.terms.router, data, value_wei=wei)

    def approve(self, token: Address, amount: int) -> SignedTx:
        return self.signed(token, self.calls.approve(spender=self.terms.router, amount=amount))

    def sell(
        self,
        token: Address,
        amount: int,
        *,
        min_out: int = 0,
        deadline_s: int | None = None,
        gas_limit: int = GAS_LIMIT,
    ) -> SignedTx:
        data = self.calls.sell(
            amount_in=amount,
            min_out=min_out,
            path=(token, self.terms.native),
            to=self.address,
            deadline_s=self.deadline_s() if deadline_s is None else deadline_s,
        )
        return self.signed(self.terms.router, data, gas_limit=gas_limit)

    def quoted_sale(self, token: Address, amount: int) -> int:
        """What a sale would bring, found out on paper alone."""
        before = self.file.path.read_bytes()
        receipt = self.on_paper(self.sell(token, amount))
        self.file.path.write_bytes(before)
        return receipt.transfers[-1][-1]

    def give_from_crowd(self, token: Address, to: Address, amount: int) -> None:
        """A transfer by somebody who holds the token."""
        rpc = self.chain.rpc
        giver = control.accounts(rpc)[TRADERS][0]
        data = calldata.call("transfer(address,uint256)", abi.address(to), abi.uint(amount))
        gift = control.Transaction(giver, control.nonce(rpc, giver), data, to=token)
        control.all_of(rpc, [gift.request()])
        self.mine()

    def on_paper(self, signed: SignedTx) -> Receipt:
        assert self.venue.send(signed) == SendAnswer(SendCode.ACCEPTED, "")
        return _receipt(self.venue, signed)

    def both(self, signed: SignedTx) -> Pair:
        """Paper at the head as it is, the chain in the block right after: the same state."""
        paper = self.on_paper(signed)
        assert self.sender.send(signed).code is SendCode.ACCEPTED
        self.mine()
        return Pair(paper, _receipt(self.txs, signed))

    def fills(self, token: Address, side: Side, amount: int, pair: Pair) -> tuple[Fill, Fill]:
        order = order_of(token, side, amount)
        native, router = self.terms.native, self.terms.router
        paper, real = (
            fill_of(order, receipt, wallet=self.address, native=native, router=router)
            for receipt in (pair.paper, pair.real)
        )
        return paper, real

    def wallets(self, token: Address) -> tuple[WalletState, WalletState]:
        head = self.reader.head().block
        paper = self.venue.wallet(self.address, (token,), head)
        return paper, self.txs.wallet(self.address, (token,), head)

    def held(self, token: Address) -> int:
        return self.file.read().balances().get(token, 0)


def order_of(token: Address, side: Side, amount: int) -> Order:
    intent = Intent(
        intent_key="0" * 64,
        bot="main",
        pair=token,
        token=token,
        side=side,
        amount_in=amount,
        expected_out=0,
        min_out=0,
        route="uniswap_v2",
        strategy_version="1",
        time_bucket=0,
        deadline_s=0,
        gas_limit=GAS_LIMIT,
        fee_max_wei=FEE_MAX_WEI,
    )
    return Order(
        id=OrderId("order"),
        kind=OrderKind.SWAP,
        intent=intent,
        state=OrderState.MINED,
        bundle_id=BundleId("0" * 64),
        cycle_id=CycleId("cycle"),
        trace_id="trace",
        created_ms=0,
        changed_ms=0,
    )


def _receipt(txs: TxReader, signed: SignedTx) -> Receipt:
    (seen,) = txs.sightings([signed.hash])
    assert seen.receipt is not None
    return seen.receipt
