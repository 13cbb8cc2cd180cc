"""Messengers: each translates what comes in to ``Incoming`` and a ``Reply`` to its own messages."""
