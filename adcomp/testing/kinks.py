"""What a function does near a point where its gradient and differences disagree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

#: Steps of the slopes to both sides, from large to small.
STEPS = tuple(10.0**-k for k in range(2, 9))


@dataclass(frozen=True)
class Slopes:
    """The slopes to the left and to the right of a point, one pair for each step."""

    left: tuple[float, ...]
    right: tuple[float, ...]
    scale: float = 1.0

    @classmethod
    def of(cls, f: Callable[[float], float], scale: float = 1.0) -> Slopes:
        """The slopes of a function at 0; `scale` is what steps are measured in."""
        here = f(0.0)
        steps = [scale * s for s in STEPS]
        return cls(tuple((here - f(-h)) / h for h in steps), tuple((f(h) - here) / h for h in steps), scale)

    def kink(self) -> tuple[float, float] | None:
        """The two slopes of a kink at the point; None if there is none.

        At a smooth point the slopes meet as the step shrinks, at a kink they do not.

        >>> Slopes.of(abs).kink()
        (-1.0, 1.0)
        >>> Slopes.of(math.exp).kink() is None
        True
        """
        gaps = [abs(r - a) for a, r in zip(self.left, self.right, strict=True)]
        sizes = [max(abs(a), abs(r)) for a, r in zip(self.left, self.right, strict=True)]
        k = len(STEPS) // 2 + 1  # small enough to be near, and not yet lost in rounding
        if not all(map(math.isfinite, gaps[k - 2:k + 1])) or gaps[k] <= 1e-4 * (sizes[k] + 1e-300):
            return None
        settled = abs(gaps[k] - gaps[k - 1]) <= 0.2 * gaps[k] and gaps[k] >= 0.5 * gaps[k - 2]
        return (self.left[k], self.right[k]) if settled and gaps[k] <= 2.0 * gaps[k - 2] else None

    def jump(self) -> bool:
        """Whether the function jumps: the slopes grow as the steps shrink.

        >>> Slopes.of(lambda h: float(h >= 0.0)).jump(), Slopes.of(abs).jump()
        (True, False)
        """
        sizes = [max(abs(a), abs(r)) for a, r in zip(self.left, self.right, strict=True)]
        return all(b >= 5.0 * a > 0.0 for a, b in zip(sizes[1:5], sizes[2:6], strict=True))

    def plateau(self) -> tuple[float, float] | None:
        """A slope on which central differences of small steps agree, and the largest step of them.

        >>> slope, step = Slopes.of(lambda h: max(h, -1e-5)).plateau()
        >>> round(slope, 6), step
        (1.0, 1e-05)
        """
        central = [(a + r) / 2.0 for a, r in zip(self.left, self.right, strict=True)]
        for k in range(len(STEPS) - 2):
            near = central[k:k + 3]
            size = max(map(abs, near))
            if math.isfinite(size) and max(near) - min(near) <= 1e-4 * size + 1e-12:
                return near[1], self.scale * STEPS[k]
        return None
