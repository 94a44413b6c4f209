"""The ways on which alerts leave: webhook, Telegram, the log; and the dead-man's pulse."""
