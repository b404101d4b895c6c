"""A long time loop in bounded memory: ``python -m benchmarks.checkpoints``."""
