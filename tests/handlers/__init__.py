"""Tests of the conversation: they read like one."""
