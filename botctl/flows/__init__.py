"""One file a command: load through ports, ask the core, store; a flow reads like its runbook."""
