"""EVM chains: thin JSON-RPC, batched reads pinned to one block, our own signing."""
