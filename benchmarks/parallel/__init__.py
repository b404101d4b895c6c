"""Parallel loops in one thread and in several: ``python -m benchmarks.parallel [PROGRAM ...]``."""
