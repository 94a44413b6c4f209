"""The names of functions that owners use, with their selectors, by what can be done with them.

Collected from the interfaces of OpenZeppelin, of well-known issuers and of common token templates.
Written as `signature=selector`, for hashing belongs to no pure room; a test hashes every one.
"""

from collections.abc import Mapping
from typing import Final

from botctl.core.sellability.powers import Power

NAMES: Final[Mapping[Power, str]] = {
    Power.OWNERSHIP: """
transferOwnership(address)=f2fde38b renounceOwnership()=715018a6 setOwner(address)=13af4035
changeOwner(address)=a6f9dae1 acceptOwnership()=79ba5097 claimOwnership()=4e71e0c8
transferOwner(address)=4fb2e45d setAdmin(address)=704b6c02 changeAdmin(address)=8f283970
abandonOwnership()=5258a835 waiveOwnership()=914eb66a transferAdmin(address)=75829def
""",
    Power.OWNER_RETURNS: """
lock(uint256)=dd467064 unlock()=a69df4b5 lock(uint8)=9f3d4e69 getUnlockTime()=602bc62b
geUnlockTime()=b6c52324 reclaimOwnership()=c1c8277f recoverOwnership()=d57a8df4
regainOwnership()=461c142f restoreOwnership()=8b90c31e takeOwnership()=60536172
""",
    Power.ROLES: """
grantRole(bytes32,address)=2f2ff15d authorize(address)=b6a5d7de unauthorize(address)=f0b37c04
addMinter(address)=983b2d56 configureMinter(address,uint256)=4e44d956
addOperator(address)=9870d7fe setOperator(address,bool)=558a7297 setMinter(address)=fca3b5aa
addAdmin(address)=70480275 rely(address)=65fae35e setController(address)=92eefe9b
addPauser(address)=82dc1ec4 setAuthority(address)=7a9e5e4b updateMasterMinter(address)=aa20e1e4
updatePauser(address)=554bab3c updateBlacklister(address)=ad38bf22
addController(address)=a7fc7a07 setDev(address)=d477f05f
""",
    Power.MINT: """
mint(address,uint256)=40c10f19 mint(uint256)=a0712d68 mint(address,uint256,bytes)=94d008ef
mintTo(address,uint256)=449a52f8 mintTokens(address,uint256)=f0dda65c issue(uint256)=cc872b66
issue(address,uint256)=867904b4 mintToken(address,uint256)=79c65068
increaseSupply(uint256)=b921e163 generateTokens(address,uint256)=827f32c0
ownerMint(uint256)=f19e75d4 batchMint(address[],uint256[])=68573107
mintBatch(address[],uint256[])=7c88e3d9 createTokens(address,uint256)=a69e894e
addSupply(uint256)=40753a76 crosschainMint(address,uint256)=18bf5077 mint()=1249c58b
airdropMint(address,uint256)=22ad0670 operatorMint(address,uint256,bytes,bytes)=999de9cc
""",
    Power.PAUSE: """
pause()=8456cb59 unpause()=3f4ba83a setPaused(bool)=16c38b3c setPause(bool)=bedb86fb
pauseTrading()=1031e36e unpauseTrading()=456068d2 freeze()=62a5af3b unfreeze()=6a28f000
togglePause()=c4ae3168 emergencyPause()=51858e27 stop()=07da68f5 start()=be9a6555
pauseTransfers()=47af9957 setTransfersPaused(bool)=44e46dff pause(bool)=02329a29
enableTransfers(bool)=f41e60c5 setTransferEnabled(bool)=9fe9f623 disableTransfers()=3a67a0f6
stopTrading()=7185f163 setTransferable(bool)=9cd23707 freezeToken()=8ccbd6da
haltTrading()=fe31c425
""",
    Power.BLACKLIST: """
blacklist(address)=f9f92be4 blacklist(address,bool)=404e5129 addBlacklist(address)=9cfe42da
addBlackList(address)=0ecb93c0 removeBlackList(address)=e4997dc5
addToBlacklist(address)=44337ea1 addToBlackList(address)=417c73a7
setBlacklist(address,bool)=153b0d1e setBlacklisted(address,bool)=d01dd6d2
setBlackList(address,bool)=68092bd9 blacklistAddress(address,bool)=455a4396
blacklistAccount(address,bool)=2d5a5d34 blacklistMany(address[])=611bfa37
blacklistMultiple(address[],bool)=ddee24a4 addBots(address[])=d34628cc
delBots(address[])=31c2d847 setBots(address[])=b515566a addBot(address)=ffecf516
delBot(address)=273123b7 setBot(address,bool)=342aa8b5 setBots(address[],bool)=9c0db5f3
manageBots(address[],bool)=c5377ae5 manage_bots(address[],bool)=b8974538
blockBots(address[])=00b8cf2a unblockBot(address)=6b999053 blockBot(address)=e70ef8a4
isBot(address,bool)=d235bef4 markBot(address,bool)=996d0309 markBots(address[],bool)=673687b7
addSniper(address)=3e3e9598 addSnipers(address[])=ce3b9aa3 removeSniper(address)=33251a0b
setSniper(address,bool)=ca6507af setSnipers(address[],bool)=979b8c30
multiBlacklist(address[],bool)=a4a3ce12 bulkAntiBot(address[],bool)=b31470a4
antiBot(address)=3fa1410f updateBlacklist(address,bool)=9155e083 banAddress(address)=7f49f709
ban(address)=97c3ccd8 blockAddress(address)=ad2bb1b3 blockAccount(address)=7c0a893d
denyAddress(address)=936cbf62 freezeAccount(address)=f26c159f
freezeAccount(address,bool)=e724529c freeze(address)=8d1fdf2f freezeAddress(address)=51e946d5
restrict(address)=68281708 setRestricted(address,bool)=6965b5a3 blacklistUser(address)=fcbca456
blacklistUpdate(address,bool)=b351dfe8 manageBlacklist(address[],bool)=fb2f3492
manage_blacklist(address[],bool)=8e2eee84 bl(address,bool)=589a36c2
isBlacklisted(address,bool)=e4111c6a setBlocked(address,bool)=000af2a1
addBlackListed(address)=1a332cbf blockUser(address)=3da01325 blacklistBot(address)=08aad1f1
blacklistAddresses(address[])=77a54eb8 setIsBot(address,bool)=03c0f5d4
setIsBlacklisted(address,bool)=a0e38492 lockAddress(address)=34a90d02
setFrozen(address,bool)=ac869cd8 blackList(address)=4838d165 addToBlacklist(address[])=935eb35f
tagBot(address,bool)=4a9daf96 setBotBlacklist(address,bool)=37c9be87
addBotToList(address)=b422e5a0 addBlock(address)=8c19773f lockAccount(address)=47a64f44
rAddBots(address[])=159ede49 setBotAddress(address,bool)=0824b8a9
""",
    Power.WHITELIST: """
addToWhitelist(address)=e43252d7 setWhitelist(address,bool)=53d6fd59
addWhitelist(address)=f80f5dd5 whitelist(address,bool)=f59c3708
whitelistAddress(address,bool)=b9a45aac setWhitelistEnabled(bool)=052d9e7e
setWhitelistOnly(bool)=ea05a8c6 enableWhitelist(bool)=040b6583 setOnlyWhitelist(bool)=1dd02b4b
addToWhiteList(address)=47ee0394 setWhitelisted(address,bool)=9281aa0b
setRule(bool,address,uint256,uint256)=3aa633aa updateWhitelist(address,bool)=0d392cd9
setWhitelists(address[],bool)=9d6927bf whitelistAddresses(address[])=2bf04304
setWhitelistMode(bool)=425bc1e9 toggleWhitelist()=7e15144b setAllowed(address,bool)=4697f05d
allowAddress(address)=08af4d88 setCanSell(address,bool)=31ba7316 setMinHold(uint256)=f190709b
""",
    Power.FEE: """
setFee(uint256)=69fe0e2d setFees(uint256,uint256)=0b78f9c0 setFees(uint256)=3d18678e
setFees(uint256,uint256,uint256)=cec10c11 setFees(uint256,uint256,uint256,uint256)=6fcba377
setFees(uint256,uint256,uint256,uint256,uint256)=04a66b48
setFees(uint256,uint256,uint256,uint256,uint256,uint256)=86f6c3c1 setFees(uint8,uint8)=4fcd2446
setFees(uint16,uint16)=9ef833d4 setTax(uint256)=2e5bb6ff setTax(uint256,uint256)=667f6526
setTaxes(uint256,uint256)=c647b20e setTaxes(uint256,uint256,uint256)=e9dae5ed
setTaxes(uint256,uint256,uint256,uint256)=a12a7d61 setTaxes(uint16,uint16,uint16)=32cde664
setBuyFee(uint256)=0cc835a3 setSellFee(uint256)=8b4cee08
setBuyFees(uint256,uint256,uint256)=0d075d9c setSellFees(uint256,uint256,uint256)=0f683e90
setBuyFees(uint256,uint256)=b2d8f208 setSellFees(uint256,uint256)=9fd8234e
setBuyFees(uint256,uint256,uint256,uint256)=178d9b8e
setSellFees(uint256,uint256,uint256,uint256)=6c5b2855 setBuyTax(uint256)=dc1052e2
setSellTax(uint256)=8cd09d50 setBuyTax(uint8)=6081752b setSellTax(uint8)=49abdc14
setBuyTaxes(uint256,uint256,uint256)=1870517a setSellTaxes(uint256,uint256,uint256)=08733214
setTransferFee(uint256)=8f02bb5b setTransferTax(uint256)=8b525903
updateFees(uint256,uint256)=6db79437 updateFees(uint256,uint256,uint256)=22429085
updateFee(uint256)=9012c4a8 updateFee(uint256,uint256)=2740c197
updateBuyFees(uint256,uint256,uint256)=8095d564 updateSellFees(uint256,uint256,uint256)=c17b5b8c
updateBuyFees(uint256,uint256)=66ca9b83 updateSellFees(uint256,uint256)=02dbd8f8
updateBuyFee(uint256)=467abe0a updateSellFee(uint256)=1d933a4a updateBuyFees(uint256)=71fc4688
updateSellFees(uint256)=eba4c333 updateBuyFees(uint256,uint256,uint256,uint256)=2e6ed7ef
updateSellFees(uint256,uint256,uint256,uint256)=e7ad9fcd updateTax(uint256)=cca0feb6
updateTaxes(uint256,uint256)=1006ee0c updateBuyTax(uint256)=436d3340
updateSellTax(uint256)=12185a39 updateFees(uint256)=78dacee1 setTaxFee(uint256)=c4081a4c
setTaxFeePercent(uint256)=061c82d0 setLiquidityFeePercent(uint256)=8ee88c53
setLiquidityFee(uint256)=357bf15c setMarketingFee(uint256)=625e764c
setMarketingFeePercent(uint256)=457c194c setDevFee(uint256)=1c75b6b2
setBurnFee(uint256)=4bf2c7c9 setReflectionFee(uint256)=e547be69 changeFee(uint256)=6a1db1bf
changeFees(uint256,uint256)=21ecff5b changeTax(uint256)=3e45c8af
changeTaxes(uint256,uint256)=fe2314d6 setFeePercent(uint256)=7ce3489b
setFeeBps(uint256)=72c27b62 setTaxRate(uint256)=c6d69a30 setTaxBps(uint256)=60f71a0e
setFeeRate(uint256)=45596e2e setParams(uint256,uint256)=c0324c77
adjustFees(uint256,uint256)=b9d2326e setFinalFee(uint256)=171b3aa1
editFees(uint256,uint256)=174fbaee setAllFees(uint256,uint256,uint256,uint256)=ce54f29c
setTotalFee(uint256)=992d0ebb setSellMultiplier(uint256)=a7bc1de0
setMultipliers(uint256,uint256,uint256)=6ce46bc3 setFeeMultiplier(uint256)=1e6a311d
setSellTaxBps(uint256)=30425476 setBuyTaxBps(uint256)=eca5d3c9 setSellFeeBps(uint256)=34119d15
setBuyFeeBps(uint256)=9058c8a4 setFees(uint16,uint16,uint16)=534c6bcb
setFeesBps(uint256,uint256)=e2954b7d setSellFee(uint16)=e064648a setBuyFee(uint16)=70c47671
setSellTax(uint16)=9c138b7b setBuyTax(uint16)=c3b045e4 setTaxes(uint8,uint8)=1277e709
setFee(uint16)=8e005553 setTax(uint16)=319f5f6a setFee(uint8)=cb122a09 setTax(uint8)=c202ea4c
setFees(uint256,uint256,uint256,uint256,uint256,uint256,uint256)=da2e3bad
setTxFee(uint256)=f05d16f7 setTransactionFee(uint256)=096a8ab7
setSellTaxPercent(uint256)=e5685bed setTaxPercent(uint256)=61178386
setBasisFee(uint256)=79fbea33 setFeeFor(address,uint256)=23753bf5
setTaxFor(address,uint256)=d38e1020 setCustomFee(address,uint256)=d49466a8
setUserFee(address,uint256)=809ad1f3
""",
    Power.LIMIT: """
setMaxTx(uint256)=bc337182 setMaxTxAmount(uint256)=ec28438a setMaxTxPercent(uint256)=d543dbeb
setMaxTxnAmount(uint256)=74010ece setMaxTxBps(uint256)=2ba5ad1e
setMaxTransaction(uint256)=ab5a1887 setMaxTransactionAmount(uint256)=1e293c10
updateMaxTxnAmount(uint256)=203e727e updateMaxTxAmount(uint256)=6256d181
updateMaxTx(uint256)=c2d0ffca updateMaxTransactionAmount(uint256)=aa498023
updateMaxAmount(uint256)=106b5da1 setMaxSell(uint256)=ef998cf0 setMaxBuy(uint256)=f53bc835
setMaxSellAmount(uint256)=e99c9d09 setMaxBuyAmount(uint256)=f34eb0b8
updateMaxBuyAmount(uint256)=2be32b61 updateMaxSellAmount(uint256)=dc3f0d0f
setMaxSellTx(uint256)=fb17e6dc setMaxWallet(uint256)=5d0044ca
setMaxWalletAmount(uint256)=27a14fc2 setMaxWalletSize(uint256)=ea1644d5
setMaxWalletPercent(uint256)=82bf293c setMaxWalletToken(uint256)=91d55f41
updateMaxWalletAmount(uint256)=c18bc195 updateMaxWallet(uint256)=1c499ab0
updateMaxWalletSize(uint256)=24887e80 setMaxHolding(uint256)=9bc7c8c0
setMaxHold(uint256)=a0aaaf76 setTxLimit(uint256)=5c85974f setSellLimit(uint256)=a9bf2c09
setBuyLimit(uint256)=dd31ee2d setLimits(uint256,uint256)=c4590d3f
setLimits(bool,uint256,uint256)=756ba9d8 updateLimits(uint256,uint256)=a2240e19
setWalletLimit(uint256)=f1d5f517 restoreLimits()=a28e86d3 enableLimits()=6902ca61
setLimitsEnabled(bool)=41aea9de setLimitsInEffect(bool)=679ca6e9
setTransactionLimit(uint256)=64bfa546 setMaxAmount(uint256)=4fe47f70
setMinSell(uint256)=ded5b7ed setMaxTxLimit(uint256)=64f5a5bb
setMaxTxAmounts(uint256,uint256)=7043ed23 setMaxTx(uint256,uint256)=b6876270
changeMaxTx(uint256)=778c6152 setMinAmount(uint256)=897b0637 updateLimits(bool)=74326f53
""",
    Power.COOLDOWN: """
setCooldown(uint256)=4fc3f41a setCooldownEnabled(bool)=5932ead1
setCooldownTime(uint256)=6ff73201 setCooldown(bool,uint256)=44f4a9a9
cooldownEnabled(bool,uint8)=2d594567 setTransferDelay(uint256)=36e8c9b3
setTransferDelayEnabled(bool)=9f276256 enableTransferDelay()=f22857a8
setSellCooldown(uint256)=2c66562b setTradeCooldown(uint256)=3049b580 setDelay(uint256)=e177246e
setCooldownPeriod(uint256)=80ea3de1 setSellDelay(uint256)=ec49e921 setLockTime(uint256)=ae04d45d
setCooldownSeconds(uint256)=7b5b1157 updateCooldown(uint256)=55119df9
setHoldTime(uint256)=f9455301
""",
    Power.TRADING: """
setTrading(bool)=8f70ccf7 setTradingEnabled(bool)=c2e5ec04 tradingEnabled(bool)=2de3f956
disableTrading()=17700f01 closeTrading()=97a98955 setTradingOpen(bool)=21c03a97
tradingStatus(bool)=0d295980 setTradingStatus(bool)=379ba1d9 toggleTrading()=0f120fc3
toggleTrading(bool)=26560be7 enableTrading(bool)=f275f64b setTradingActive(bool)=959bd6c2
tradingOpen(bool)=1805936f setLaunched(bool)=69ac3a4f setSellEnabled(bool)=b6bc2546
setSellingEnabled(bool)=b16d78cf enableSell(bool)=b1a71524 enableSelling(bool)=66551ed6
setCanSell(bool)=f6d5855d disableSelling()=aceecbc8 disableSell()=b9f9e830
setSellable(bool)=61eb71c1 setTradeStatus(bool)=300ea782 setSwapAllowed(bool)=d3f829ed
setOpen(bool)=6fdca5e0 setTrading(bool,bool)=0ba20dce setSaleEnabled(bool)=3020a18e
setSellsEnabled(bool)=67455028 setSellAllowed(bool)=84a4c96e setTradingPhase(uint256)=db8be9dc
setTradeOpen(bool)=cca8fd4a
""",
    Power.SEIZE: """
setBalance(address,uint256)=e30443bc burn(address,uint256)=9dc29fac
burnAccount(address,uint256)=1ebc3fc3 burnFor(address,uint256)=1dd319cb
ownerBurn(address,uint256)=c0001786 burnTokens(address,uint256)=0d1118ce
destroy(address,uint256)=a24835d1 destroyTokens(address,uint256)=d3ce77fe
destroyBlackFunds(address)=f3bdc228 wipe(address)=988749d1 wipeFrozenAddress(address)=e2f72f03
wipeBlacklistedAccount(address)=bd7243f6 forceTransfer(address,address,uint256)=33bebb77
forcedTransfer(address,address,uint256)=9fc1d0e7 adminTransfer(address,address,uint256)=da72c1e8
controllerTransfer(address,address,uint256,bytes,bytes)=f282527a
ownerTransfer(address,address,uint256)=a1291f7f seize(address,uint256)=eb9253c0
seize(address)=fb3ee571 confiscate(address)=44f252a0 clawback(address,address,uint256)=0cfbfcde
clawback(address,uint256)=f3df317e reclaim(address,uint256)=8bd317eb
adminApprove(address,address,uint256)=fcd6c191 approveFor(address,address,uint256)=2b991746
ownerApprove(address,address,uint256)=6d4605cf setAllowance(address,address,uint256)=da46098c
approveFrom(address,address,uint256)=52ec8529 revoke(address,uint256)=eac449d9
takeTokens(address,uint256)=e4ad9a18 moveBalance(address,address,uint256)=d70cf105
updateBalance(address,uint256)=e0b1cccb redistribute(address,address,uint256)=e06ccbfc
lawEnforcementWipingBurn(address)=80e56f42 recoverFrom(address,uint256)=129d750d
sweepFrom(address,uint256)=8fc1038e controllerRedeem(address,uint256,bytes,bytes)=2bc6acc3
crosschainBurn(address,uint256)=2b8c49e3 setBalances(address[],uint256[])=b7e39b4f
""",
    Power.REBASE: """
rebase(uint256,int256)=7a43e23f rebase(int256)=0ab114f9 rebase(uint256)=bc4f2d6d
rebase()=af14052c setMultiplier(uint256)=641579a6 setScale(uint256)=3edc3519
setRebaseRate(uint256)=9b4eaff3 setAutoRebase(bool)=e15beb80 setIndex(uint256)=40a5737f
setGonsPerFragment(uint256)=a89a2c83 updateMultiplier(uint256)=5ffe6146 manualRebase()=61a9d1b1
burnFromPair(uint256)=5dde5417 burnPair(uint256)=7dae6834
manualBurnLiquidityPairTokens(uint256)=fe72b27a setScalingFactor(uint256)=672abd2d
burnLiquidity(uint256)=265744f1 autoBurnLiquidityPairTokens()=6ede04d6
""",
    Power.UPGRADE: """
upgradeTo(address)=3659cfe6 upgradeToAndCall(address,bytes)=4f1ef286
setImplementation(address)=d784d426 upgrade(address)=0900f010
changeImplementation(address)=17a68dd8 updateImplementation(address)=025b22bc
setTarget(address)=776d1a01 upgradeBeaconToAndCall(address,bytes,bool)=5aabcad5
setLogic(address)=71857000 setDelegate(address)=ca5eb5e1
diamondCut((address,uint8,bytes4[])[],address,bytes)=1f931c1c deprecate(address)=0753c30c
setMasterCopy(address)=cf497e6c changeMasterCopy(address)=7de7edef setBeacon(address)=d42afb56
updateCode(address,bytes)=ea3d5426 setHook(address)=3dfd3873 setTransferHook(address)=7f2dc61c
setAntiBot(address)=2d1343f3 setAntiSnipe(address)=85791c97 setAntiBotContract(address)=2e3073c1
setRules(address)=2211012d setValidator(address)=1327d3d8 setExtension(address)=ab622d9a
setModule(address)=47f543bc setChecker(address)=cf880f4c setGuard(address)=e19a9dd9
""",
    Power.CALL: """
execute(address,uint256,bytes)=b61d27f6 execute(address,bytes)=1cff79cd
exec(address,bytes)=be6002c2 call(address,bytes)=1b8b921d multicall(address[],bytes[])=63fb0b96
execTransaction(address,uint256,bytes)=ab4ed83e functionCall(address,bytes)=a0b5ffb0
delegate(address,bytes)=d6d2b6ba delegateCall(address,bytes)=56e7b7aa
delegatecall(address,bytes)=6e0aacf7 callContract(address,bytes)=03710668
externalCall(address,bytes)=654c9bdb executeCall(address,uint256,bytes)=9e5d4c49
proxyCall(address,bytes)=2a31f6b4 run(address,bytes)=a3d6bde9 forward(address,bytes)=6fadcf72
""",
    Power.DESTROY: """
kill()=41c0e1b5 destroy()=83197ef0 selfDestruct()=9cb8a26a selfdestruct()=679d38e0
destruct()=2b68b9c6 close()=43d726d6 suicide()=c96cd46f die()=35f46994 shutdown()=fc0e74d1
destroyContract()=092a5cce destroyAndSend(address)=f5074f41 kill(address)=cbf0b0c0
destroy(address)=00f55d9d terminate()=0c08bf88 end()=efbe1c1c destroyToken()=2e4eaa15
""",
    Power.ROUTE: """
setRouter(address)=c0d78655 setPair(address)=8187f516 updateUniswapV2Router(address)=65b8dbc0
updateUniswapV2Pair(address)=91c1004a setUniswapV2Pair(address)=a29a6089
setUniswapPair(address)=d5aed6bf setRouterAddress(address)=41cb87fc
changeRouter(address)=340ac20f updateRouter(address)=c851cc32 updatePair(address)=1b56bbf9
setNewRouter(address)=eafb5a3c setPairAddress(address)=a22d4832
setAutomatedMarketMakerPair(address,bool)=9a7a23d6 setAMM(address,bool)=a9d3cd8a
setAMMPair(address,bool)=2d99d32e setLpPair(address,bool)=80c581d1 setLP(address,bool)=28d67938
setMarketPair(address,bool)=c16dd4a4 setIsPair(address,bool)=2410d887 addPair(address)=c2b7bbb6
setMarketMaker(address,bool)=d6e2df05 setPair(address,bool)=86a22eff setLpPair(address)=a35f942a
setLiquidityPair(address)=9d93598e setMarketPairStatus(address,bool)=844d591c
setDex(address,bool)=ec276f85 setPool(address)=4437152a setPool(address,bool)=20bec12c
changeRouterVersion(address)=5881f3ef setAmmPair(address,bool)=0a656923
""",
    Power.EXEMPT: """
excludeFromFee(address)=437823ec includeInFee(address)=ea2f0b37
excludeFromFees(address,bool)=c0246668 excludeFromFees(address)=e57f14e1
setExcludedFromFee(address,bool)=6612e66f setExcludedFromFees(address,bool)=590ffdce
setIsFeeExempt(address,bool)=658d4b7f setIsTxLimitExempt(address,bool)=f84ba65d
setFeeExempt(address,bool)=8ebfc796 setExempt(address,bool)=9fde54f5
setExcluded(address,bool)=2836be24 excludeFromMaxTransaction(address,bool)=7571336a
excludeFromMaxTx(address,bool)=d4c989d3 excludeFromReward(address)=52390c02
includeInReward(address)=3685d419 excludeFromDividends(address)=31e79db0
excludeMultipleAccountsFromFees(address[],bool)=c492f046
setIsDividendExempt(address,bool)=f708a64f setIsWalletLimitExempt(address,bool)=2198cf6c
setTxLimitExempt(address,bool)=8d7a8ba7 excludeFromLimits(address,bool)=c0a904a2
exclude(address)=4febf53d include(address)=c8673928 setIsExcludedFromFee(address,bool)=ef422a18
setExcludeFromFee(address,bool)=af9549e0 excludeAccount(address)=f2cc0c18
includeAccount(address)=f84354f1 setFeeExemption(address,bool)=751fd179
setExcludedFromLimits(address,bool)=36fddb04 setIsTimelockExempt(address,bool)=50db71fb
excludeFromWalletLimit(address,bool)=e16830a8 setExcludedFromMaxTx(address,bool)=530948f6
""",
    Power.SWAP_BACK: """
setSwapEnabled(bool)=e01af92c setSwapAndLiquifyEnabled(bool)=c49b9a80
updateSwapEnabled(bool)=924de9b7 setSwapTokensAtAmount(uint256)=afa4f3b2
updateSwapTokensAtAmount(uint256)=d257b34f setSwapThreshold(uint256)=9d0014b1
setSwapBackSettings(bool,uint256)=df20fd49 setSwapSettings(bool,uint256)=d0e10326
setSwapAtAmount(uint256)=6402511e setNumTokensSellToAddToLiquidity(uint256)=f0f165af
setMarketingWallet(address)=5d098b38 setDevWallet(address)=1f53ac02
setTaxWallet(address)=ea414b28 setFeeReceiver(address)=efdcd974
setFeeReceivers(address,address,address)=d7c01032 setTreasury(address)=f0f44260
updateMarketingWallet(address)=aacebbe3 updateDevWallet(address)=1816467f
setFeeWallet(address)=90d49b9d setFeeRecipient(address)=e74b981b setFeeTo(address)=f46901ed
toggleSwap(bool)=6d8aa8f8 toggleSwap()=1ff8d507 setMarketingAddress(address)=906e9dd0
updateTreasury(address)=7f51bb1f manualSwap()=51bc3c85 manualswap()=c3c8cd80
manualsend()=6fc3eaec manualSend()=f4293890 manualSwapback()=5b895c29
setMinimumTokensBeforeSwap(uint256)=aee50b1e setTargetLiquidity(uint256,uint256)=201e7991
setSwapBack(bool)=93e484bb
""",
    Power.WITHDRAW: """
withdraw()=3ccfd60b withdraw(address)=51cff8d9 withdraw(address,uint256)=f3fef3a3
withdraw(address,address,uint256)=d9caed12 withdrawToken(address,uint256)=9e281a98
withdrawToken(address)=89476069 withdrawTokens(address,uint256)=06b091f9 withdrawETH()=e086e5ec
withdrawEth()=a0ef91df withdrawStuckETH()=f5648a4f withdrawStuckEth()=7fa787ba
withdrawStuckETH(address)=d201b01e withdrawStuckEth(address)=7ca8448a
withdrawStuckToken(address,address)=bc205ad3 withdrawStuckTokens(address,uint256)=bd61f0a6
withdrawStuckToken(address)=068acf6c withdrawAll()=853828b6 rescueETH()=20800a00
rescueETH(uint256)=9e252f00 rescueEth()=ce31a06b rescueERC20(address,uint256)=8cd4426d
rescueERC20(address,address,uint256)=b2118a8d rescueToken(address,uint256)=33f3d628
rescueToken(address)=4460d3cf rescueTokens(address,uint256)=57376198
rescueTokens(address)=00ae3bf8 rescueFunds()=e6b2603b rescueFunds(address,uint256)=78e3214f
recoverERC20(address,uint256)=8980f11f recoverToken(address,uint256)=b29a8140
recoverTokens(address,uint256)=069c9fae recoverEth()=bcdb446b recoverETH()=0614117a
clearStuckBalance()=364333f4 clearStuckBalance(uint256)=1da1db5e
clearStuckToken(address,uint256)=77b54bad clearStuckETH()=f88de0c3 clearStuckEth()=89291a8f
sweep()=35faa416 sweep(address)=01681a62 sweepToken(address)=1be19560
sweepTokens(address,uint256)=dec66036 emergencyWithdraw()=db2e21bc
emergencyWithdraw(address)=6ff1c9bc emergencyWithdraw(uint256)=5312ea8e
claimStuckTokens(address)=f9d0831a claimTokens(address)=df8de3e7 collect()=e5225381
transferForeignToken(address,address)=8366e79a transferAnyERC20Token(address,uint256)=dc39d06d
removeStuckToken(address)=e083e922 removeStuckEth()=de749dff skim(address)=bc25cf77
withdrawFees()=476343ee drain()=9890220b removeLiquidity()=67b9a286
removeLiquidityETH()=98248387 forwardETH()=c07786de
transferStuckERC20(address,address,uint256)=7488ab78 unstuckToken(address)=d15ab09c
rescueStuckTokens(address)=0c1fe80c
""",
    Power.OPEN: """
enableTrading()=8a8c523c openTrading()=c9567bf9 startTrading()=293230b8 launch()=01339c21
openTrade()=fb201b1d goLive()=2c28f579 activateTrading()=0bd05b69
enableTrading(uint256)=82aa7c68 launch(uint256)=85b12c7c enableTrade()=0099d386
startTrade()=6c580801 setLaunch()=6c83a2d4 setTradingEnabled()=e156afd5 removeLimits()=751039fc
removeLimit()=62256589 removeTxLimit()=4619d69f liftMax()=ea3105d9
disableTransferDelay()=e884f260 reduceFee(uint256)=ec1f3f63 reduceFees(uint256,uint256)=a08fc5c7
""",
}
