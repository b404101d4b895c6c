"""adcomp: compiled, readable gradients of Numba functions."""

__version__ = "0.1.0"
