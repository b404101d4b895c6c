"""Timing of several functions in one run, interleaved: a disturbance meets all of them."""

import gc
import statistics
import time
from dataclasses import dataclass, field

SHORTEST_SAMPLE = 2e-3  # seconds; faster functions are called several times for one sample


@dataclass
class Samples:
    """Seconds for one call of a function, one entry for each repeat."""

    seconds: list[float] = field(default_factory=list)

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def minimum(self):
        return min(self.seconds)


def first_call(function):
    """Seconds and result of the first call, which compiles."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def calls_per_sample(function):
    start = time.perf_counter()
    function()
    elapsed = time.perf_counter() - start
    return max(1, int(SHORTEST_SAMPLE / max(elapsed, 1e-7)))


def interleave(functions, repeats):
    """Time compiled `functions` (a mapping of names to functions without arguments); returns a
    mapping to `Samples`.

    Every sample follows an untimed call, so that no function pays for the caches that another
    one left behind.
    """
    calls = {name: calls_per_sample(function) for name, function in functions.items()}
    samples = {name: Samples() for name in functions}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(repeats):
            for name, function in functions.items():
                function()
                start = time.perf_counter()
                for _ in range(calls[name]):
                    function()
                samples[name].seconds.append((time.perf_counter() - start) / calls[name])
    finally:
        if collecting:
            gc.enable()
    return samples
