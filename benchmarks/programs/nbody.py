"""Gravity with softening: accelerations of all bodies, loss = sum of their squares.

The hand-written adjoint works on separate coordinate arrays. Both sweeps put the sum on the
outside and the receiving body on the inside, so that all sums live in memory and the loops
vectorise without reassociation. It tapes the inverse distance of each pair (times the mass),
from which the reverse sweep gets all powers without a division or a square root. The two forces
of one pair share their reverse sweep: with `q = m_j a_bar_i - m_i a_bar_j` one inner product
serves both.
"""

import math

import numba
import numpy as np

TITLE = "n-body forces, 512"
wrt = (0, 1)


def primal(position, mass, softening):
    n = mass.size
    loss = 0.0
    for i in range(n):
        ax = 0.0
        ay = 0.0
        az = 0.0
        for j in range(n):
            dx = position[j, 0] - position[i, 0]
            dy = position[j, 1] - position[i, 1]
            dz = position[j, 2] - position[i, 2]
            r2 = dx * dx + dy * dy + dz * dz + softening
            w = mass[j] / (r2 * math.sqrt(r2))
            ax += w * dx
            ay += w * dy
            az += w * dz
        loss += ax * ax + ay * ay + az * az
    return loss


def arguments(scale=1.0):
    n = max(4, int(512 * scale))
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 3)), rng.uniform(0.5, 1.5, size=n) / n, 0.01


@numba.njit(error_model="numpy")
def adjoint(position, mass, softening):
    n = mass.size
    work = np.zeros((6, n))
    x = np.empty(n)
    y = np.empty(n)
    z = np.empty(n)
    m = mass.copy()
    for i in range(n):
        x[i], y[i], z[i] = position[i, 0], position[i, 1], position[i, 2]
    tape = np.empty((n, n))
    ax, ay, az = work[0], work[1], work[2]
    for j in range(n):
        xj, yj, zj, mj = x[j], y[j], z[j], m[j]
        row = tape[j]
        mi = 1.0 / mj
        for i in range(n):
            dx = xj - x[i]
            dy = yj - y[i]
            dz = zj - z[i]
            r2 = dx * dx + dy * dy + dz * dz + softening
            w = mj / (r2 * math.sqrt(r2))
            row[i] = w * r2
            ax[i] += w * dx
            ay[i] += w * dy
            az[i] += w * dz
    for i in range(n):
        ax[i] *= 2.0
        ay[i] *= 2.0
        az[i] *= 2.0

    x_bar, y_bar, z_bar = work[3], work[4], work[5]
    m_bar = np.zeros(n)
    for j in range(n):
        xj, yj, zj, mj = x[j], y[j], z[j], m[j]
        row = tape[j]
        mi = 1.0 / mj
        axj, ayj, azj = ax[j], ay[j], az[j]
        for i in range(n):
            dx = xj - x[i]
            dy = yj - y[i]
            dz = zj - z[i]
            inverse_root = row[i] * mi
            inverse = inverse_root * inverse_root
            w = inverse_root * inverse
            # m_bar[i] collects the force that i exerts on j
            m_bar[i] -= w * (axj * dx + ayj * dy + azj * dz)
            qx = mj * ax[i] - m[i] * axj
            qy = mj * ay[i] - m[i] * ayj
            qz = mj * az[i] - m[i] * azj
            s = 3.0 * inverse * (qx * dx + qy * dy + qz * dz)
            x_bar[i] += w * (s * dx - qx)
            y_bar[i] += w * (s * dy - qy)
            z_bar[i] += w * (s * dz - qz)
    position_bar = np.empty((n, 3))
    for i in range(n):
        position_bar[i, 0], position_bar[i, 1], position_bar[i, 2] = x_bar[i], y_bar[i], z_bar[i]
    return position_bar, m_bar


def jax_gradient(args):
    """All pairs at once, coordinates apart so that no axis of length three is innermost."""
    import jax
    import jax.numpy as jnp

    position, mass, softening = args

    def loss(position, mass):
        dx, dy, dz = (position[None, :, c] - position[:, c, None] for c in range(3))
        r2 = dx * dx + dy * dy + dz * dz + softening
        w = mass[None, :] / (r2 * jnp.sqrt(r2))
        return sum(jnp.sum(jnp.sum(w * d, axis=1) ** 2) for d in (dx, dy, dz))

    gradient = jax.jit(jax.grad(loss, argnums=wrt))
    position, mass = jnp.asarray(position), jnp.asarray(mass)
    return lambda: jax.block_until_ready(gradient(position, mass))
