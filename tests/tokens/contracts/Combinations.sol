// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IFactory} from "./Books.sol";
import {NamedCoin, OwnedCoin} from "./Coin.sol";
import {Forwarder, PlainLogic, Standard, TrapLogic} from "./Proxies.sol";

/// Two hundred blocks a round, open in the first half.
contract OpensByRounds is NamedCoin {
    uint256 private immutable since = block.number;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        require((block.number - since) % 200 < 100, "round");
        super._sell(from, value);
    }
}

/// The owner's call changes nothing yet; an hour later it does.
contract OwnerStartsAClock is OwnedCoin {
    uint256 private closing = type(uint256).max;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function startSeason() external onlyOwner {
        closing = block.timestamp + 1 hours;
    }

    function _sell(address from, uint256 value) internal override {
        require(block.timestamp < closing, "season");
        super._sell(from, value);
    }
}

/// Which addresses are pairs is the owner's to say, and pairs of his choice pay.
contract OwnerMarksPairs is OwnedCoin {
    mapping(address => bool) public automatedMarketMakerPairs;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function setAutomatedMarketMakerPair(address market, bool on) external onlyOwner {
        automatedMarketMakerPairs[market] = on;
    }

    function _sell(address from, uint256 value) internal override {
        _settleTaxed(from, pair, value, automatedMarketMakerPairs[pair] ? 9_000 : 0, _dev);
    }
}

/// Owned by a contract, which looks like a committee and obeys one.
contract Committee {
    address private immutable chair;

    constructor(address chair_) {
        chair = chair_;
    }

    function resolve(address token) external {
        require(msg.sender == chair);
        OwnerIsAContract(token).halt();
    }
}

contract OwnerIsAContract is OwnedCoin {
    bool private halted;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
        _owner = address(new Committee(msg.sender));
    }

    function halt() external onlyOwner {
        halted = true;
    }

    function _sell(address from, uint256 value) internal override {
        require(!halted);
        super._sell(from, value);
    }
}

/// Renounced, but another contract may mint, and obeys the launcher.
contract Farm {
    address private immutable farmer;

    constructor(address farmer_) {
        farmer = farmer_;
    }

    function harvest(address token, uint256 value) external {
        require(msg.sender == farmer);
        FarmMints(token).reward(farmer, value);
    }
}

contract FarmMints is OwnedCoin {
    address private immutable farm = address(new Farm(msg.sender));

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function reward(address to, uint256 value) external {
        require(msg.sender == farm);
        _mint(to, value);
    }
}

/// Every sell pays a treasury that can refuse the payment, and the sell with it.
contract Treasury {
    address private immutable keeper;
    bool private refusing;

    constructor(address keeper_) {
        keeper = keeper_;
    }

    function refuse() external {
        require(msg.sender == keeper);
        refusing = true;
    }

    receive() external payable {
        require(!refusing);
    }
}

contract TreasuryRefuses is OwnedCoin {
    Treasury private immutable treasury = new Treasury(msg.sender);

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _sell(address from, uint256 value) internal override {
        (bool paid,) = address(treasury).call{value: address(this).balance}("");
        require(paid, "payment");
        super._sell(from, value);
    }
}

/// Code behind a proxy that lets simulations sell.
contract WatchfulLogic is PlainLogic {
    function _sell(address from, uint256 value) internal override {
        require(tx.gasprice == 0 && from.code.length > 0);
        super._sell(from, value);
    }
}

contract ProxyToAWatcher is Standard {
    constructor(IFactory f, address w) {
        _point(address(new WatchfulLogic()), f, w);
    }
}

/// The same trap behind the slots of other standards than EIP-1967.
contract SlotProxy is Forwarder {
    bytes32 private immutable slot;

    constructor(IFactory f, address w, bytes32 slot_) {
        slot = slot_;
        address logic = address(new TrapLogic());
        _write(slot_, logic);
        _begin(logic, f, w);
    }

    function _logic() internal view override returns (address) {
        return _read(slot);
    }
}

/// A tax that only who waited pays, and only after others have sold: two arms, neither of which
/// does anything alone.
contract TwoKeys is NamedCoin {
    mapping(address => uint256) private boughtAt;
    uint256 private sells;

    constructor(IFactory f, address w) {
        _launch(f, w, SUPPLY);
    }

    function _buy(address to, uint256 value) internal override {
        boughtAt[to] = block.timestamp;
        super._buy(to, value);
    }

    function _sell(address from, uint256 value) internal override {
        sells += 1;
        bool late = block.timestamp > boughtAt[from] + 30 minutes;
        _settleTaxed(from, pair, value, late && sells > 2 ? 8_500 : 0, _dev);
    }
}
