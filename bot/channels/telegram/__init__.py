"""Telegram: private chats, groups and forum topics, by the Bot API."""
