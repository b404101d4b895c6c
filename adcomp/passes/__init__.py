"""Passes: pure functions from Core to Core, and analyses that return maps."""
