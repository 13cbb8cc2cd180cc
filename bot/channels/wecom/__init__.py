"""WeCom's smart bot over its long connection."""
