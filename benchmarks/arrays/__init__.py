"""Programs in array style against JAX: ``python -m benchmarks.arrays [PROGRAM ...]``."""
