"""Lorenz system, classic Runge-Kutta: a long loop over a handful of scalars.

The hand-written adjoint tapes the three state variables at the start of each step (24 bytes a step) in one array
and recomputes the stages in the reverse sweep. Recomputed stages do not depend on the adjoint recurrence,
so the processor overlaps them with it, and the reverse sweep costs little more than its own chain of latencies.
"""

import numba
import numpy as np

TITLE = "Lorenz RK4, 1e5 steps"
wrt = (0, 1, 2, 3, 4, 5)
THIRD = 1.0 / 3.0
BLOCK = 128


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


@numba.njit(error_model="numpy")
def transposed_rate(scale, sigma, rho, beta, x, y, z, x_bar, y_bar, z_bar):
    """`scale` times the transposed Jacobian of the rates at (x, y, z), applied to a cotangent."""
    scaled_sigma = scale * sigma
    return (
        ((scale * (rho - z)) * y_bar - scaled_sigma * x_bar) + (scale * y) * z_bar,
        (scaled_sigma * x_bar - scale * y_bar) + (scale * x) * z_bar,
        -((scale * x) * y_bar) - (scale * beta) * z_bar,
    )


@numba.njit(error_model="numpy")
def recompute_stages(sigma, rho, beta, h, x, y, z, stages):
    """The states at which stages 2, 3 and 4 of every step evaluate the rates."""
    half = 0.5 * h
    x2, y2, z2, x3, y3, z3, x4, y4, z4 = stages
    for t in range(x.size):
        x2[t] = x[t] + half * (sigma * (y[t] - x[t]))
        y2[t] = y[t] + half * (x[t] * (rho - z[t]) - y[t])
        z2[t] = z[t] + half * (x[t] * y[t] - beta * z[t])
    for t in range(x.size):
        x3[t] = x[t] + half * (sigma * (y2[t] - x2[t]))
        y3[t] = y[t] + half * (x2[t] * (rho - z2[t]) - y2[t])
        z3[t] = z[t] + half * (x2[t] * y2[t] - beta * z2[t])
    for t in range(x.size):
        x4[t] = x[t] + h * (sigma * (y3[t] - x3[t]))
        y4[t] = y[t] + h * (x3[t] * (rho - z3[t]) - y3[t])
        z4[t] = z[t] + h * (x3[t] * y3[t] - beta * z3[t])


@numba.njit(error_model="numpy")
def add_parameter_terms(weight, x, y, z, x_bar, y_bar, z_bar, lanes):
    """What one stage of every step of a block contributes to the parameters, kept apart for each step."""
    sigma_bars, rho_bars, beta_bars = lanes
    for t in range(x.size):
        sigma_bars[t] += (weight * x_bar[t]) * (y[t] - x[t])
        rho_bars[t] += (weight * y_bar[t]) * x[t]
        beta_bars[t] -= (weight * z_bar[t]) * z[t]


@numba.njit(error_model="numpy")
def adjoint(sigma, rho, beta, x, y, z, steps, h):
    half = 0.5 * h
    sixth = h / 6.0
    xs, ys, zs = np.empty(steps), np.empty(steps), np.empty(steps)
    for t in range(steps):
        xs[t] = x
        ys[t] = y
        zs[t] = z
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
    work = np.empty((21, BLOCK))
    work_lanes = np.zeros((3, BLOCK))
    for end in range(steps, 0, -BLOCK):
        begin = max(0, end - BLOCK)
        n = end - begin
        x1, y1, z1 = xs[begin:end], ys[begin:end], zs[begin:end]
        x2, y2, z2 = work[0, :n], work[1, :n], work[2, :n]
        x3, y3, z3 = work[3, :n], work[4, :n], work[5, :n]
        x4, y4, z4 = work[6, :n], work[7, :n], work[8, :n]
        b1x, b1y, b1z = work[9, :n], work[10, :n], work[11, :n]
        b2x, b2y, b2z = work[12, :n], work[13, :n], work[14, :n]
        b3x, b3y, b3z = work[15, :n], work[16, :n], work[17, :n]
        b4x, b4y, b4z = work[18, :n], work[19, :n], work[20, :n]
        recompute_stages(sigma, rho, beta, h, x1, y1, z1, (x2, y2, z2, x3, y3, z3, x4, y4, z4))
        # The only sequential part. With p_i = (weight_i * J_i)^T b_i all factors but b_i are known early:
        # the chain from one stage to the next is one product and three sums.
        for t in range(n - 1, -1, -1):
            third_x, third_y, third_z = THIRD * x_bar, THIRD * y_bar, THIRD * z_bar
            p4x, p4y, p4z = transposed_rate(sixth, sigma, rho, beta, x4[t], y4[t], z4[t], x_bar, y_bar, z_bar)
            qx, qy, qz = third_x + p4x, third_y + p4y, third_z + p4z
            p3x, p3y, p3z = transposed_rate(h, sigma, rho, beta, x3[t], y3[t], z3[t], qx, qy, qz)
            rx, ry, rz = (third_x + third_x) + p3x, (third_y + third_y) + p3y, (third_z + third_z) + p3z
            p2x, p2y, p2z = transposed_rate(half, sigma, rho, beta, x2[t], y2[t], z2[t], rx, ry, rz)
            sx, sy, sz = third_x + p2x, third_y + p2y, third_z + p2z
            p1x, p1y, p1z = transposed_rate(half, sigma, rho, beta, x1[t], y1[t], z1[t], sx, sy, sz)
            b4x[t], b4y[t], b4z[t] = x_bar, y_bar, z_bar
            b3x[t], b3y[t], b3z[t] = qx, qy, qz
            b2x[t], b2y[t], b2z[t] = rx, ry, rz
            b1x[t], b1y[t], b1z[t] = sx, sy, sz
            x_bar = ((x_bar + p4x) + (p3x + p2x)) + p1x
            y_bar = ((y_bar + p4y) + (p3y + p2y)) + p1y
            z_bar = ((z_bar + p4z) + (p3z + p2z)) + p1z
        lanes = (work_lanes[0, :n], work_lanes[1, :n], work_lanes[2, :n])
        add_parameter_terms(sixth, x4, y4, z4, b4x, b4y, b4z, lanes)
        add_parameter_terms(h, x3, y3, z3, b3x, b3y, b3z, lanes)
        add_parameter_terms(half, x2, y2, z2, b2x, b2y, b2z, lanes)
        add_parameter_terms(half, x1, y1, z1, b1x, b1y, b1z, lanes)
    sigma_bar, rho_bar, beta_bar = 0.0, 0.0, 0.0
    for t in range(BLOCK):
        sigma_bar += work_lanes[0, t]
        rho_bar += work_lanes[1, t]
        beta_bar += work_lanes[2, t]
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
                a + h / 6.0 * (p + 2.0 * q + 2.0 * r + u) for a, p, q, r, u in zip(s, k1, k2, k3, k4, strict=True)
            ), None

        x, y, z = jax.lax.scan(step, (x, y, z), None, length=steps)[0]
        return x * x + y * y + z * z

    gradient = jax.jit(jax.grad(loss, argnums=wrt))
    return lambda: jax.block_until_ready(gradient(*active))
