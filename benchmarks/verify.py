"""Checks of hand-written adjoints and other gradients against differences of the primal."""

import numpy as np


def directional_difference(primal, args, wrt, directions, step):
    """Fourth-order central difference of `primal`; `directions` has one for each in `wrt`."""

    def shifted(t):
        moved = list(args)
        for position, direction in zip(wrt, directions, strict=True):
            moved[position] = args[position] + t * direction
        return primal(*moved)

    near = shifted(step) - shifted(-step)
    far = shifted(2 * step) - shifted(-2 * step)
    return (8.0 * near - far) / (12.0 * step)


def inner(a, b):
    """The real inner product, in which a complex number is two reals."""
    return float(np.sum(np.real(np.conj(a) * b)))


def random_direction(value, rng):
    direction = rng.normal(size=np.shape(value))
    if np.iscomplexobj(value):
        direction = direction + 1j * rng.normal(size=np.shape(value))
    return direction if np.ndim(value) else float(direction)


def verify(program, *, gradient=None, scale=0.02, tolerance=1e-6, directions=3, seed=0):
    """Raise `AssertionError` unless `gradient` (by default the hand-written adjoint) agrees with
    central differences of the primal.

    Each argument in `wrt` is checked by itself, along several random directions. Returns the
    largest relative error.
    """
    args = program.arguments(scale)
    result = (gradient or program.adjoint)(*args)
    step = getattr(program, "DIFFERENCE_STEP", 1e-5)
    rng = np.random.default_rng(seed)
    worst = 0.0
    for position, cotangent in zip(program.wrt, result, strict=True):
        value = args[position]
        assert np.shape(cotangent) == np.shape(value), (
            f"argument {position}: {np.shape(cotangent)} for {np.shape(value)}"
        )
        for _ in range(directions):
            direction = random_direction(value, rng)
            expected = directional_difference(program.primal, args, (position,), (direction,), step)
            norm = float(np.linalg.norm(np.ravel(cotangent)) * np.linalg.norm(np.ravel(direction)))
            error = abs(inner(cotangent, direction) - expected) / max(norm, abs(expected), 1e-300)
            assert error <= tolerance, (
                f"{program.__name__}, argument {position}: relative error {error:.2e}"
            )
            worst = max(worst, error)
    return worst


def disagreement(result, expected):
    """The largest relative difference, in norm, between two tuples of cotangents."""
    assert len(result) == len(expected), f"{len(result)} cotangents for {len(expected)}"
    worst = 0.0
    for got, want in zip(result, expected, strict=True):
        assert np.shape(got) == np.shape(want), f"shape {np.shape(got)} for {np.shape(want)}"
        difference = np.linalg.norm(np.ravel(np.asarray(got) - np.asarray(want)))
        worst = max(worst, float(difference / max(np.linalg.norm(np.ravel(want)), 1e-300)))
    return worst
