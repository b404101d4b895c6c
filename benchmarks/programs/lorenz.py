"""Lorenz system, classic Runge-Kutta: a long loop over a handful of scalars.

The hand-written adjoint tapes the three state variables at the start of each step (24 bytes a
step). The plain reverse sweep is one long chain of latencies, so it is split by blocks of steps
into three loops: the Jacobians of all steps of a block (vectorised), the chain itself, which is
now a 3 x 3 product a step, and the contributions to the parameters (vectorised). Arrays inside a
block are flat with constant offsets: one base pointer needs no overlap checks.
"""

import numba
import numpy as np

TITLE = "Lorenz RK4, 1e5 steps"
wrt = (0, 1, 2, 3, 4, 5)
THIRD = 1.0 / 3.0
BLOCK = 64


def primal(sigma, rho, beta, x, y, z, steps, h):
    for _ in range(steps):
        k1x = sigma * (y - x)
        k1y = x * (rho - z) - y
        k1z = x * y - beta * z
        px = x + 0.5 * h * k1x
        py = y + 0.5 * h * k1y
        pz = z + 0.5 * h * k1z
        k2x = sigma * (py - px)
        k2y = px * (rho - pz) - py
        k2z = px * py - beta * pz
        px = x + 0.5 * h * k2x
        py = y + 0.5 * h * k2y
        pz = z + 0.5 * h * k2z
        k3x = sigma * (py - px)
        k3y = px * (rho - pz) - py
        k3z = px * py - beta * pz
        px = x + h * k3x
        py = y + h * k3y
        pz = z + h * k3z
        k4x = sigma * (py - px)
        k4y = px * (rho - pz) - py
        k4z = px * py - beta * pz
        x += h / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        y += h / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
        z += h / 6.0 * (k1z + 2.0 * k2z + 2.0 * k3z + k4z)
    return x * x + y * y + z * z


def arguments(scale=1.0):
    return 10.0, 28.0, 8.0 / 3.0, 1.0, 1.5, 20.0, max(3, int(100_000 * scale)), 1e-4


@numba.njit(error_model="numpy", inline="always")
def transposed_rate(scale, sigma, rho, beta, x, y, z, x_bar, y_bar, z_bar):
    """`scale` times the transposed Jacobian of the rates at (x, y, z), applied to a cotangent."""
    scaled_sigma = scale * sigma
    return (
        ((scale * (rho - z)) * y_bar - scaled_sigma * x_bar) + (scale * y) * z_bar,
        (scaled_sigma * x_bar - scale * y_bar) + (scale * x) * z_bar,
        -((scale * x) * y_bar) - (scale * beta) * z_bar,
    )


@numba.njit(error_model="numpy", inline="always")
def stages(sigma, rho, beta, h, x, y, z):
    """The four states at which a step evaluates the rates."""
    half = 0.5 * h
    x2 = x + half * (sigma * (y - x))
    y2 = y + half * (x * (rho - z) - y)
    z2 = z + half * (x * y - beta * z)
    x3 = x + half * (sigma * (y2 - x2))
    y3 = y + half * (x2 * (rho - z2) - y2)
    z3 = z + half * (x2 * y2 - beta * z2)
    x4 = x + h * (sigma * (y3 - x3))
    y4 = y + h * (x3 * (rho - z3) - y3)
    z4 = z + h * (x3 * y3 - beta * z3)
    return (x, y, z), (x2, y2, z2), (x3, y3, z3), (x4, y4, z4)


@numba.njit(error_model="numpy", inline="always")
def reverse_step(sigma, rho, beta, h, states, x_bar, y_bar, z_bar):
    """The cotangents of the state before one step and of the parameters."""
    (x1, y1, z1), (x2, y2, z2), (x3, y3, z3), (x4, y4, z4) = states
    half = 0.5 * h
    sixth = h / 6.0
    third_x, third_y, third_z = THIRD * x_bar, THIRD * y_bar, THIRD * z_bar
    p4x, p4y, p4z = transposed_rate(sixth, sigma, rho, beta, x4, y4, z4, x_bar, y_bar, z_bar)
    qx, qy, qz = third_x + p4x, third_y + p4y, third_z + p4z
    p3x, p3y, p3z = transposed_rate(h, sigma, rho, beta, x3, y3, z3, qx, qy, qz)
    rx, ry, rz = (third_x + third_x) + p3x, (third_y + third_y) + p3y, (third_z + third_z) + p3z
    p2x, p2y, p2z = transposed_rate(half, sigma, rho, beta, x2, y2, z2, rx, ry, rz)
    sx, sy, sz = third_x + p2x, third_y + p2y, third_z + p2z
    p1x, p1y, p1z = transposed_rate(half, sigma, rho, beta, x1, y1, z1, sx, sy, sz)
    return (
        (
            ((x_bar + p4x) + (p3x + p2x)) + p1x,
            ((y_bar + p4y) + (p3y + p2y)) + p1y,
            ((z_bar + p4z) + (p3z + p2z)) + p1z,
        ),
        (
            sixth * (x_bar * (y4 - x4))
            + h * (qx * (y3 - x3))
            + half * (rx * (y2 - x2) + sx * (y1 - x1)),
            sixth * (y_bar * x4) + h * (qy * x3) + half * (ry * x2 + sy * x1),
            -(sixth * (z_bar * z4) + h * (qz * z3) + half * (rz * z2 + sz * z1)),
        ),
    )


@numba.njit(error_model="numpy")
def step_jacobians(sigma, rho, beta, h, tape, jacobian):
    """The Jacobian of every step in a block: one reversed step for each of its rows."""
    for t in range(BLOCK):
        states = stages(sigma, rho, beta, h, tape[t], tape[BLOCK + t], tape[2 * BLOCK + t])
        for_x = reverse_step(sigma, rho, beta, h, states, 1.0, 0.0, 0.0)[0]
        for_y = reverse_step(sigma, rho, beta, h, states, 0.0, 1.0, 0.0)[0]
        for_z = reverse_step(sigma, rho, beta, h, states, 0.0, 0.0, 1.0)[0]
        jacobian[t], jacobian[BLOCK + t], jacobian[2 * BLOCK + t] = for_x
        jacobian[3 * BLOCK + t], jacobian[4 * BLOCK + t], jacobian[5 * BLOCK + t] = for_y
        jacobian[6 * BLOCK + t], jacobian[7 * BLOCK + t], jacobian[8 * BLOCK + t] = for_z


@numba.njit(error_model="numpy")
def add_parameter_terms(sigma, rho, beta, h, tape, cotangents, lanes):
    """What every step of a block contributes to the parameters, kept apart for each position in the
    block.
    """
    for t in range(BLOCK):
        states = stages(sigma, rho, beta, h, tape[t], tape[BLOCK + t], tape[2 * BLOCK + t])
        x_bar, y_bar, z_bar = cotangents[t], cotangents[BLOCK + t], cotangents[2 * BLOCK + t]
        sigma_bar, rho_bar, beta_bar = reverse_step(
            sigma, rho, beta, h, states, x_bar, y_bar, z_bar
        )[1]
        lanes[t] += sigma_bar
        lanes[BLOCK + t] += rho_bar
        lanes[2 * BLOCK + t] += beta_bar


@numba.njit(error_model="numpy")
def adjoint(sigma, rho, beta, x, y, z, steps, h):
    half = 0.5 * h
    sixth = h / 6.0
    blocks = max(1, (steps + BLOCK - 1) // BLOCK)
    tape = np.empty((blocks, 3 * BLOCK))
    # Every block is full: beyond the last step the states and, below, the cotangents are zero.
    tape[blocks - 1] = 0.0
    for t in range(steps):
        tape[t // BLOCK, t % BLOCK] = x
        tape[t // BLOCK, BLOCK + t % BLOCK] = y
        tape[t // BLOCK, 2 * BLOCK + t % BLOCK] = z
        k1x = sigma * (y - x)
        k1y = x * (rho - z) - y
        k1z = x * y - beta * z
        px = x + half * k1x
        py = y + half * k1y
        pz = z + half * k1z
        k2x = sigma * (py - px)
        k2y = px * (rho - pz) - py
        k2z = px * py - beta * pz
        px = x + half * k2x
        py = y + half * k2y
        pz = z + half * k2z
        k3x = sigma * (py - px)
        k3y = px * (rho - pz) - py
        k3z = px * py - beta * pz
        px = x + h * k3x
        py = y + h * k3y
        pz = z + h * k3z
        k4x = sigma * (py - px)
        k4y = px * (rho - pz) - py
        k4z = px * py - beta * pz
        x += sixth * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        y += sixth * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
        z += sixth * (k1z + 2.0 * k2z + 2.0 * k3z + k4z)

    x_bar = 2.0 * x
    y_bar = 2.0 * y
    z_bar = 2.0 * z
    jacobian = np.empty(9 * BLOCK)
    cotangents = np.zeros(3 * BLOCK)
    lanes = np.zeros(3 * BLOCK)
    for block in range(blocks - 1, -1, -1):
        step_jacobians(sigma, rho, beta, h, tape[block], jacobian)
        for t in range(min(BLOCK, steps - block * BLOCK) - 1, -1, -1):
            cotangents[t] = x_bar
            cotangents[BLOCK + t] = y_bar
            cotangents[2 * BLOCK + t] = z_bar
            x_bar, y_bar, z_bar = (
                jacobian[t] * x_bar
                + jacobian[3 * BLOCK + t] * y_bar
                + jacobian[6 * BLOCK + t] * z_bar,
                jacobian[BLOCK + t] * x_bar
                + jacobian[4 * BLOCK + t] * y_bar
                + jacobian[7 * BLOCK + t] * z_bar,
                jacobian[2 * BLOCK + t] * x_bar
                + jacobian[5 * BLOCK + t] * y_bar
                + jacobian[8 * BLOCK + t] * z_bar,
            )
        add_parameter_terms(sigma, rho, beta, h, tape[block], cotangents, lanes)
    sigma_bar, rho_bar, beta_bar = 0.0, 0.0, 0.0
    for t in range(BLOCK):
        sigma_bar += lanes[t]
        rho_bar += lanes[BLOCK + t]
        beta_bar += lanes[2 * BLOCK + t]
    return sigma_bar, rho_bar, beta_bar, x_bar, y_bar, z_bar


def jax_gradient(args):
    """A scan over the steps; `jax.checkpoint` on the step keeps only the state on its tape."""
    import jax

    *active, steps, h = args

    def loss(sigma, rho, beta, x, y, z):
        def rate(s):
            x, y, z = s
            return sigma * (y - x), x * (rho - z) - y, x * y - beta * z

        def along(s, k, w):
            return tuple(a + w * b for a, b in zip(s, k, strict=True))

        @jax.checkpoint
        def step(s, _):
            k1 = rate(s)
            k2 = rate(along(s, k1, 0.5 * h))
            k3 = rate(along(s, k2, 0.5 * h))
            k4 = rate(along(s, k3, h))
            return tuple(
                a + h / 6.0 * (p + 2.0 * q + 2.0 * r + u)
                for a, p, q, r, u in zip(s, k1, k2, k3, k4, strict=True)
            ), None

        x, y, z = jax.lax.scan(step, (x, y, z), None, length=steps)[0]
        return x * x + y * y + z * z

    gradient = jax.jit(jax.grad(loss, argnums=wrt))
    return lambda: jax.block_until_ready(gradient(*active))
