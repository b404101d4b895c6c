"""Nonlinear Burgers equation, explicit stencil on two buffers that are swapped in the time loop.

As in `heat`, the hand-written adjoint keeps a checkpoint every `SEGMENT` steps and runs each
segment again with its states on a tape that stays in the cache. The adjoint stencil is a gather.
"""

import numba
import numpy as np

from ..layout import row_pitch

TITLE = "Burgers stencil 1000 x 1000"
wrt = (0,)
SEGMENT = 32


def primal(u0, c, nu, steps):
    n = u0.size
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            v[i] = u[i] - c * u[i] * (u[i] - u[i - 1]) + nu * (u[i + 1] - 2.0 * u[i] + u[i - 1])
        u, v = v, u
    loss = 0.0
    for i in range(n):
        loss += u[i] * u[i]
    return loss


def arguments(scale=1.0):
    n = max(5, int(1000 * scale))
    u0 = (
        1.0
        + 0.5 * np.sin(np.linspace(0.0, 6.0, n))
        + 0.01 * np.random.default_rng(0).normal(size=n)
    )
    return u0, 0.3, 0.1, max(3, int(1000 * scale))


@numba.njit(error_model="numpy")
def burgers_step(u, v, c, nu):
    for i in range(1, u.size - 1):
        v[i] = u[i] - c * u[i] * (u[i] - u[i - 1]) + nu * (u[i + 1] - 2.0 * u[i] + u[i - 1])


@numba.njit(error_model="numpy")
def burgers_step_adjoint(u, v_bar, u_bar, c, nu):
    """Gather form: `v_bar` is zero outside the interior, so that no interior point is special."""
    keep = 1.0 - 2.0 * nu
    for i in range(1, u.size - 1):
        u_bar[i] = (
            v_bar[i] * (keep - c * (2.0 * u[i] - u[i - 1]))
            + v_bar[i + 1] * (c * u[i + 1] + nu)
            + v_bar[i - 1] * nu
        )


@numba.njit(error_model="numpy")
def adjoint(u0, c, nu, steps):
    n = u0.size
    segments = (steps + SEGMENT - 1) // SEGMENT
    checkpoints = np.empty((segments, n))
    work = np.zeros((SEGMENT + 3, row_pitch(n)))
    work[: SEGMENT + 1, 0] = u0[0]
    work[: SEGMENT + 1, n - 1] = u0[n - 1]
    for i in range(n):
        work[0, i] = u0[i]
    for s in range(segments):
        for i in range(n):
            checkpoints[s, i] = work[0, i]
        count = min(SEGMENT, steps - s * SEGMENT)
        last = s == segments - 1
        u = work[0, :n]
        v = work[1, :n]
        for t in range(count):
            if last:
                u = work[t, :n]
                v = work[t + 1, :n]
            burgers_step(u, v, c, nu)
            u, v = v, u
        if not last:
            for i in range(n):
                work[0, i] = u[i]

    count = steps - (segments - 1) * SEGMENT
    u_bar = work[SEGMENT + 1, :n]
    v_bar = work[SEGMENT + 2, :n]
    final = work[count, :n] if steps > 0 else work[0, :n]
    for i in range(1, n - 1):
        v_bar[i] = 2.0 * final[i]
    # The ends are constant: their adjoint is 2 u plus what the neighbours send at every step.
    left = 2.0 * final[0]
    right = 2.0 * final[n - 1]
    for s in range(segments - 1, -1, -1):
        if s < segments - 1:
            count = SEGMENT
            for i in range(n):
                work[0, i] = checkpoints[s, i]
            for t in range(count):
                burgers_step(work[t, :n], work[t + 1, :n], c, nu)
        for t in range(count - 1, -1, -1):
            left += (c * work[t, 1] + nu) * v_bar[1]
            right += nu * v_bar[n - 2]
            burgers_step_adjoint(work[t, :n], v_bar, u_bar, c, nu)
            u_bar, v_bar = v_bar, u_bar
    v_bar[0] = left
    v_bar[n - 1] = right
    return (v_bar.copy(),)


def jax_gradient(args):
    """A scan of scans; `jax.checkpoint` on the inner one keeps its tape in the cache."""
    import jax
    import jax.numpy as jnp

    u0, c, nu, steps = args
    segment = 50 if steps % 50 == 0 else 1

    def loss(u):
        def step(u, _):
            w = u[1:-1]
            change = nu * (u[2:] - 2.0 * w + u[:-2]) - c * w * (w - u[:-2])
            return u + jnp.pad(change, 1), None

        @jax.checkpoint
        def run(u, _):
            return jax.lax.scan(step, u, None, length=segment)

        return jnp.sum(jax.lax.scan(run, u, None, length=steps // segment)[0] ** 2)

    gradient = jax.jit(jax.grad(loss))
    u0 = jnp.asarray(u0)
    return lambda: (jax.block_until_ready(gradient(u0)),)
