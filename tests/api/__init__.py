"""The HTTP API over a real socket, from the side of a bridge."""
