"""Backends: from generated source to machine code.

Generated functions name this module as theirs. Numba imports it when it loads them from disk, so
importing it must be cheap.
"""
