"""Definitions of selections by index, by condition and by bounds."""
