"""Telegram's Bot API through its real client library; loaded by `botctl chat` alone."""
