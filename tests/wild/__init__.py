"""Other people's code: compiled functions of installed packages, one module of cases for each field."""

from . import distances, numerics, orbits, series, statistics

MODULES = (distances, orbits, series, numerics, statistics)

__all__ = ["MODULES"]
