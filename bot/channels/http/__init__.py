"""Bridges: programs of others that bring messages to the HTTP API and fetch or are sent what is said."""
