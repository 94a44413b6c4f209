"""Every code botctl can utter about itself or the world; each has a heading in `runbooks/`."""

from enum import StrEnum


class Code(StrEnum):
    """Why something failed. The prefix names the subject; the runbook says what to do."""

    # the node
    ERR_RPC_UNREACHABLE = "ERR_RPC_UNREACHABLE"  # refused, no route, no such host
    ERR_RPC_TIMEOUT = "ERR_RPC_TIMEOUT"  # no answer in time; the effect of a send is unknown
    ERR_RPC_GARBAGE = "ERR_RPC_GARBAGE"  # not JSON-RPC, truncated, or of the wrong shape
    ERR_RPC_RATE_LIMITED = "ERR_RPC_RATE_LIMITED"  # HTTP 429 or a vendor's code for it
    ERR_RPC_REFUSED = "ERR_RPC_REFUSED"  # 401/403: the provider does not accept us
    ERR_RPC_FAULT = "ERR_RPC_FAULT"  # a well-formed JSON-RPC error we cannot act on
    ERR_NODE_NO_OVERRIDE = "ERR_NODE_NO_OVERRIDE"  # the node ignores state overrides
    ERR_NODE_PRUNED = "ERR_NODE_PRUNED"  # the node no longer has the asked block
    ERR_CHAIN_ID_MISMATCH = "ERR_CHAIN_ID_MISMATCH"  # the node serves another chain
    ERR_CHAIN_EMPTY = "ERR_CHAIN_EMPTY"  # no factory code on this chain
    ERR_CHAIN_REORGED = "ERR_CHAIN_REORGED"  # the pinned block vanished during the cycle
    ERR_CLOCK_BEHIND = "ERR_CLOCK_BEHIND"  # our clock is behind the chain's
    # several nodes of one chain
    ERR_HEAD_STALE = "ERR_HEAD_STALE"  # no provider's head is within its budget of age
    ERR_SOURCES_DISAGREE = "ERR_SOURCES_DISAGREE"  # fewer agree than are needed, or figures differ
    ERR_SINGLE_SOURCED = "ERR_SINGLE_SOURCED"  # several are configured, only one answered
    ERR_PIN_LOST = "ERR_PIN_LOST"  # the cycle's provider failed and no other has its block
    ERR_HEADS_LOST = "ERR_HEADS_LOST"  # the WebSocket is gone after every allowed attempt
    # the key
    ERR_KEYSTORE_MISSING = "ERR_KEYSTORE_MISSING"
    ERR_KEYSTORE_MALFORMED = "ERR_KEYSTORE_MALFORMED"
    ERR_KEYSTORE_MODE = "ERR_KEYSTORE_MODE"  # readable by others
    ERR_KEYSTORE_PASSPHRASE = "ERR_KEYSTORE_PASSPHRASE"  # noqa: S105  a code, not a secret
    ERR_SIGNER_MISMATCH = "ERR_SIGNER_MISMATCH"  # the key derives another address
    ERR_KEY_OLD = "ERR_KEY_OLD"  # a key or secret is due to be changed
    ERR_LIVE_NOT_ALLOWED = "ERR_LIVE_NOT_ALLOWED"  # live mode without its explicit switch
    # settings
    ERR_CONFIG_MISSING = "ERR_CONFIG_MISSING"
    ERR_CONFIG_INVALID = "ERR_CONFIG_INVALID"
    ERR_CONFIG_UNKNOWN_KEY = "ERR_CONFIG_UNKNOWN_KEY"
    ERR_CONFIG_NEWER = "ERR_CONFIG_NEWER"  # the file is written for a newer botctl
    ERR_CONFIG_EXISTS = "ERR_CONFIG_EXISTS"  # `init` does not overwrite
    # storage
    ERR_DB_UNREACHABLE = "ERR_DB_UNREACHABLE"
    ERR_DB_UNWRITABLE = "ERR_DB_UNWRITABLE"  # read-only or full
    ERR_DB_LOCKED = "ERR_DB_LOCKED"  # longer than the busy timeout
    ERR_DB_CORRUPT = "ERR_DB_CORRUPT"
    ERR_SCHEMA_NEWER = "ERR_SCHEMA_NEWER"  # written by a newer botctl
    ERR_SCHEMA_OLDER = "ERR_SCHEMA_OLDER"  # needs `botctl db upgrade`
    ERR_ARCHIVE_INVALID = "ERR_ARCHIVE_INVALID"  # missing, cut short or altered
    ERR_BACKUP_INVALID = "ERR_BACKUP_INVALID"
    ERR_BACKUP_UNSENT = "ERR_BACKUP_UNSENT"  # good here, and not in the storage
    ERR_MOVE_LOST = "ERR_MOVE_LOST"  # a state changed under our compare-and-set
    ERR_ILLEGAL_MOVE = "ERR_ILLEGAL_MOVE"  # not in the transition table
    # bundles
    ERR_BUNDLE_UNREADABLE = "ERR_BUNDLE_UNREADABLE"  # half-written or not a bundle
    ERR_BUNDLE_HASH = "ERR_BUNDLE_HASH"  # content and id differ
    ERR_BUNDLE_INCOMPLETE = "ERR_BUNDLE_INCOMPLETE"
    ERR_BUNDLE_RULES = "ERR_BUNDLE_RULES"  # decided by another rule version
    ERR_REPLAY_MISMATCH = "ERR_REPLAY_MISMATCH"
    # snapshots
    ERR_SNAPSHOT_INVALID = "ERR_SNAPSHOT_INVALID"  # not a snapshot, or not whole
    # the chat
    ERR_CHAT_TOKEN = "ERR_CHAT_TOKEN"  # noqa: S105  none is configured, or Telegram refuses it
    ERR_CHAT_CONFLICT = "ERR_CHAT_CONFLICT"  # somebody else listens with the same token
    # money
    ERR_LEDGER_MISMATCH = "ERR_LEDGER_MISMATCH"  # ledger and chain differ
    ERR_LEDGER_ALTERED = "ERR_LEDGER_ALTERED"  # a row is not what the journal says was written
    ERR_NONCE_FOREIGN = "ERR_NONCE_FOREIGN"  # the key was used elsewhere
    ERR_NONCE_DRIFT = "ERR_NONCE_DRIFT"  # our counter is above what the chain can explain
    ERR_LEASE_LOST = "ERR_LEASE_LOST"  # another host took over this wallet: its token is higher
    ERR_TX_REVERTED = "ERR_TX_REVERTED"  # mined, and undone by the contract
    ERR_TX_STUCK = "ERR_TX_STUCK"  # not mined after every allowed raise of its fee
    ERR_TX_DEADLINE = "ERR_TX_DEADLINE"  # not mined when its deadline passed
    ERR_REORG_DEEP = "ERR_REORG_DEEP"  # what was counted as final left the chain
    ERR_PROMISE_BROKEN = "ERR_PROMISE_BROKEN"  # the demo saw one of our promises fail
    # the command line and the machine
    ERR_USAGE = "ERR_USAGE"
    ERR_NOT_FOUND = "ERR_NOT_FOUND"  # no such market, bundle or order
    ERR_DEVNET_MISSING = "ERR_DEVNET_MISSING"  # the embedded chain is not installed
    ERR_DEVNET_FAILED = "ERR_DEVNET_FAILED"  # it did not start or died
    ERR_FEATURE_OFF = "ERR_FEATURE_OFF"  # `[features]` says that this is not to be done
    ERR_DEPENDENCY_MISSING = "ERR_DEPENDENCY_MISSING"
    # the page and the REST interface
    ERR_LOGIN_NEEDED = "ERR_LOGIN_NEEDED"  # no token, or not a good one
    ERR_ROLE_TOO_LOW = "ERR_ROLE_TOO_LOW"  # a viewer may not do that
    ERR_FORM_STALE = "ERR_FORM_STALE"  # not from our page, or confirmed too late
    ERR_TOO_MANY_TRIES = "ERR_TOO_MANY_TRIES"
    ERR_PORT_TAKEN = "ERR_PORT_TAKEN"  # `serve` cannot listen where it should
