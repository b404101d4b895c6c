"""Damped nonlinear oscillators, each stepped until its energy is small: a `while` loop.

The oscillators are independent, so the hand-written adjoint reverses each one at once: its tape
(position and velocity before every step) is a buffer that all oscillators share, grows by
doubling and stays in the first-level cache.
"""

import numba
import numpy as np

TITLE = "while loop, 200 oscillators"
wrt = (0, 1, 2)
# Small, so that differences do not step over a jump: a trip more or less changes the result.
DIFFERENCE_STEP = 1e-6


def primal(stiffness, damping, start, dt, tolerance):
    action = 0.0
    for i in range(stiffness.size):
        k = stiffness[i]
        x = start[i]
        v = 0.0
        while k * x * x + v * v > tolerance:
            v += dt * (-k * x - x * x * x - damping * v)
            x += dt * v
            action += dt * x * x
    return action


def arguments(scale=1.0):
    n = max(3, int(200 * scale))
    rng = np.random.default_rng(0)
    return rng.uniform(1.0, 3.0, size=n), 0.4, rng.uniform(0.5, 2.0, size=n), 0.02, 1e-3


@numba.njit(error_model="numpy")
def grown(tape):
    larger = np.empty((2 * tape.shape[0], 2))
    larger[: tape.shape[0]] = tape
    return larger


@numba.njit(error_model="numpy")
def adjoint(stiffness, damping, start, dt, tolerance):
    n = stiffness.size
    stiffness_bar = np.empty(n)
    start_bar = np.empty(n)
    damping_bar = 0.0
    keep = 1.0 - dt * damping
    tape = np.empty((512, 2))
    for i in range(n):
        k = stiffness[i]
        x = start[i]
        v = 0.0
        count = 0
        while k * x * x + v * v > tolerance:
            if count == tape.shape[0]:
                tape = grown(tape)
            tape[count, 0] = x
            tape[count, 1] = v
            count += 1
            v += dt * (-k * x - x * x * x - damping * v)
            x += dt * v
        x_bar = 0.0
        v_bar = 0.0
        k_bar = 0.0
        for t in range(count - 1, -1, -1):
            after = 2.0 * dt * x
            x = tape[t, 0]
            v = tape[t, 1]
            v_bar = (v_bar + dt * after) + dt * x_bar
            a_bar = dt * v_bar
            k_bar -= a_bar * x
            damping_bar -= a_bar * v
            x_bar = (x_bar + after) - (dt * (k + 3.0 * x * x)) * v_bar
            v_bar *= keep
        stiffness_bar[i] = k_bar
        start_bar[i] = x_bar
    return stiffness_bar, damping_bar, start_bar


def jax_gradient(args):
    """All oscillators at once, masked, for as many steps as the longest takes: JAX cannot reverse a
    while loop.
    """
    import jax
    import jax.numpy as jnp

    stiffness, damping, start, dt, tolerance = args
    longest = 0
    x, v = start.copy(), np.zeros_like(start)
    while (running := stiffness * x * x + v * v > tolerance).any():
        v = np.where(running, v + dt * (-stiffness * x - x**3 - damping * v), v)
        x = np.where(running, x + dt * v, x)
        longest += 1

    def loss(stiffness, damping, start):
        @jax.checkpoint
        def step(carry, _):
            x, v, running, action = carry
            running &= stiffness * x * x + v * v > tolerance
            moved_v = v + dt * (-stiffness * x - x * x * x - damping * v)
            moved_x = x + dt * moved_v
            v = jnp.where(running, moved_v, v)
            x = jnp.where(running, moved_x, x)
            return (x, v, running, action + jnp.where(running, dt * x * x, 0.0)), None

        zero = jnp.zeros_like(start)
        begin = (start, zero, jnp.ones(start.shape, bool), zero)
        return jnp.sum(jax.lax.scan(step, begin, None, length=longest)[0][3])

    gradient = jax.jit(jax.grad(loss, argnums=wrt))
    stiffness, start = jnp.asarray(stiffness), jnp.asarray(start)
    return lambda: jax.block_until_ready(gradient(stiffness, damping, start))
