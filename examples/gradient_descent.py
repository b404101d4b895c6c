"""A gradient that is called from compiled code.

`df` is a Numba dispatcher, so a descent loop that calls it compiles as a whole: no return to
Python between the steps. The function is Rosenbrock's banana in ten dimensions, whose minimum, at
all ones, lies in a long curved valley.

Run it with ``python examples/gradient_descent.py``.
"""

import numpy as np
from numba import njit

import adcomp


@njit
def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


df = adcomp.gradient(rosenbrock)


@njit
def descend(x, rate, momentum, tolerance, max_steps):
    """Gradient descent with Nesterov's momentum, until the gradient is small."""
    x = x.copy()
    velocity = np.zeros_like(x)
    for steps in range(max_steps):
        g = df(x + momentum * velocity)
        if np.sqrt(np.sum(g * g)) < tolerance:
            return x + momentum * velocity, steps
        velocity = momentum * velocity - rate * g
        x = x + velocity
    return x, max_steps


def main():
    start = np.full(10, -0.5)
    x, steps = descend(start, 2e-4, 0.99, 1e-10, 1_000_000)
    print(f"start    f = {rosenbrock(start):.6g}")
    print(f"minimum  f = {rosenbrock(x):.3g} after {steps:,} steps, x = {np.round(x, 6)}")
    if not np.allclose(x, 1.0):
        raise SystemExit("did not converge")


if __name__ == "__main__":
    main()
