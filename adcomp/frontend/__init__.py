"""From a Python function to Core."""
