"""Gradients against their primals, hand-written adjoints and JAX: ``python -m benchmarks``."""
