"""Accounts of the console: signing in, sessions, roles, the throttle."""
