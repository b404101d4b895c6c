"""Linear heat equation, explicit stencil on two buffers that are swapped in the time loop.

The diffusion number is active, so the reverse sweep needs every state. The hand-written adjoint
keeps a checkpoint every `SEGMENT` steps and runs each segment again, its states on a tape small
enough for the cache. The adjoint stencil is a gather, and the difference operator in the sum for
`k_bar` is moved from the state to its cotangent, where the stencil evaluates it anyway. That sum is
kept elementwise (one partial sum for each grid point): it vectorises without reassociation.
"""

import numba
import numpy as np

from ..layout import row_pitch

TITLE = "heat stencil 1000 x 10000"
wrt = (0, 1)
SEGMENT = 50


def primal(u0, k, steps):
    n = u0.size
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            v[i] = u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u, v = v, u
    loss = 0.0
    for i in range(n):
        loss += u[i] * u[i]
    return loss


def arguments(scale=1.0):
    n = max(5, int(1000 * scale))
    u0 = np.sin(np.linspace(0.0, 3.0, n)) + 0.1 * np.random.default_rng(0).normal(size=n)
    return u0, 0.2, max(3, int(10_000 * scale))


@numba.njit(error_model="numpy")
def heat_step(u, v, k):
    n = u.size
    for i in range(1, n - 1):
        v[i] = u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1])


@numba.njit(error_model="numpy")
def heat_step_adjoint(u, v_bar, u_bar, k, k_bars):
    """Gather form: `v_bar` is zero outside the interior, so that no interior point is special.

    The difference operator is moved from `u` to `v_bar` (summation by parts), where the update
    needs it anyway.
    """
    for i in range(1, u.size - 1):
        difference = v_bar[i - 1] - 2.0 * v_bar[i] + v_bar[i + 1]
        k_bars[i] += u[i] * difference
        u_bar[i] = v_bar[i] + k * difference


@numba.njit(error_model="numpy")
def adjoint(u0, k, steps):
    n = u0.size
    segments = (steps + SEGMENT - 1) // SEGMENT
    checkpoints = np.empty((segments, n))
    work = np.zeros((SEGMENT + 4, row_pitch(n)))
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
            heat_step(u, v, k)
            u, v = v, u
        if not last:
            for i in range(n):
                work[0, i] = u[i]

    count = steps - (segments - 1) * SEGMENT
    u_bar = work[SEGMENT + 1, :n]
    v_bar = work[SEGMENT + 2, :n]
    k_bars = work[SEGMENT + 3, :n]
    final = work[count, :n] if steps > 0 else work[0, :n]
    for i in range(1, n - 1):
        v_bar[i] = 2.0 * final[i]
    # The ends are constant; what their neighbours send them at every step is summed here.
    left = 0.0
    right = 0.0
    for s in range(segments - 1, -1, -1):
        if s < segments - 1:
            count = SEGMENT
            for i in range(n):
                work[0, i] = checkpoints[s, i]
            for t in range(count):
                heat_step(work[t, :n], work[t + 1, :n], k)
        for t in range(count - 1, -1, -1):
            left += v_bar[1]
            right += v_bar[n - 2]
            heat_step_adjoint(work[t, :n], v_bar, u_bar, k, k_bars)
            u_bar, v_bar = v_bar, u_bar
    k_bar = u0[0] * left + u0[n - 1] * right
    for i in range(1, n - 1):
        k_bar += k_bars[i]
    v_bar[0] = 2.0 * u0[0] + k * left
    v_bar[n - 1] = 2.0 * u0[n - 1] + k * right
    return v_bar.copy(), k_bar


def jax_gradient(args):
    """A scan of scans; `jax.checkpoint` on the inner one keeps its tape in the cache."""
    import jax
    import jax.numpy as jnp

    u0, k, steps = args
    segment = 100 if steps % 100 == 0 else 1

    def loss(u, k):
        def step(u, _):
            return u + k * jnp.pad(u[:-2] - 2.0 * u[1:-1] + u[2:], 1), None

        @jax.checkpoint
        def run(u, _):
            return jax.lax.scan(step, u, None, length=segment)

        return jnp.sum(jax.lax.scan(run, u, None, length=steps // segment)[0] ** 2)

    gradient = jax.jit(jax.grad(loss, argnums=wrt))
    u0 = jnp.asarray(u0)
    return lambda: jax.block_until_ready(gradient(u0, k))
