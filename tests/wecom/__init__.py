"""A stand-in for WeCom's gateway, and conversations with the smart bot over it."""
