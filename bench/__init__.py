"""Benchmarks: each measures ours and its peers in the same run."""
