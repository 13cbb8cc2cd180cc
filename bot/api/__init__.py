"""The HTTP API: what bridges are asked for, what they get, and who may."""
