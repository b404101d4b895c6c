"""Programs of thirty to sixty lines: differential equations and other processes in time."""

import math

import numpy as np
from numba import njit

from ._registry import normal, positive, program


@program(args=lambda rng: (1.0, 0.8, 1.1, 10.0, 28.0, 8.0 / 3.0))
def lorenz_rk4(x, y, z, sigma, rho, beta):
    """the Lorenz system by Runge-Kutta on scalars"""
    h = 0.01
    for _ in range(12):
        k1x = sigma * (y - x)
        k1y = x * (rho - z) - y
        k1z = x * y - beta * z
        ax, ay, az = x + 0.5 * h * k1x, y + 0.5 * h * k1y, z + 0.5 * h * k1z
        k2x = sigma * (ay - ax)
        k2y = ax * (rho - az) - ay
        k2z = ax * ay - beta * az
        ax, ay, az = x + 0.5 * h * k2x, y + 0.5 * h * k2y, z + 0.5 * h * k2z
        k3x = sigma * (ay - ax)
        k3y = ax * (rho - az) - ay
        k3z = ax * ay - beta * az
        ax, ay, az = x + h * k3x, y + h * k3y, z + h * k3z
        k4x = sigma * (ay - ax)
        k4y = ax * (rho - az) - ay
        k4z = ax * ay - beta * az
        x += h / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
        y += h / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
        z += h / 6.0 * (k1z + 2.0 * k2z + 2.0 * k3z + k4z)
    return (x * x + y * y + z * z) / 100.0


@njit
def predator_prey(u, v, rates):
    """Right-hand side of the Lotka-Volterra equations."""
    a, b, c, d = rates
    return u * (a - b * v), v * (d * u - c)


@program(
    args=lambda rng: (
        np.array([1.1, 0.4, 0.9, 0.3]),
        np.array([2.0, 1.0]),
        1.0 + positive(rng, 4, 2),
    )
)
def lotka_volterra_fit(rates, start, data):
    """predator and prey by Heun's method against log-normal data"""
    p = (rates[0], rates[1], rates[2], rates[3])
    u, v = start[0], start[1]
    loss = 0.0
    h = 0.05
    for year in range(data.shape[0]):
        for _ in range(5):
            fu, fv = predator_prey(u, v, p)
            gu, gv = predator_prey(u + h * fu, v + h * fv, p)
            u += 0.5 * h * (fu + gu)
            v += 0.5 * h * (fv + gv)
        loss += (math.log(u) - math.log(data[year, 0])) ** 2
        loss += (math.log(v) - math.log(data[year, 1])) ** 2
    return loss


@program(args=lambda rng: (normal(rng, 12), 0.05, 5))
def burgers(u, nu, steps):
    """Burgers' equation on a periodic grid, two buffers that swap"""
    n = len(u)
    h = 1.0 / n
    dt = 0.01
    v = np.empty_like(u)
    for _ in range(steps):
        for i in range(n):
            left = u[i - 1]
            right = u[(i + 1) % n]
            advection = u[i] * (right - left) / (2.0 * h)
            diffusion = nu * (right - 2.0 * u[i] + left) / (h * h)
            v[i] = u[i] + dt * (0.2 * diffusion - advection)
        u, v = v, u
    energy = 0.0
    for i in range(n):
        energy += 0.5 * u[i] * u[i] * h
    return energy


@program(args=lambda rng: (normal(rng, 6, 7), positive(rng, 6, 7) * 0.1))
def heat_2d(u, kappa):
    """explicit heat conduction with a variable coefficient in slice notation"""
    n, m = u.shape
    loss = 0.0
    for _ in range(3):
        new = u.copy()
        inner = u[1:-1, 1:-1]
        flux = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * inner
        new[1:-1, 1:-1] = inner + kappa[1:-1, 1:-1] * flux
        for i in range(n):
            new[i, 0] = new[i, 1]
            new[i, m - 1] = new[i, m - 2]
        u = new
        loss += np.mean(u * u)
    return loss


@program(args=lambda rng: (normal(rng, 5, 3), positive(rng, 5), 0.3 * normal(rng, 5, 3)))
def n_body(position, mass, velocity):
    """gravitating bodies with leapfrog steps, all arrays updated in place"""
    n = position.shape[0]
    force = np.zeros((n, 3))
    dt = 0.02
    for _ in range(3):
        force[:, :] = 0.0
        for i in range(n):
            for j in range(i):
                dx = position[j, 0] - position[i, 0]
                dy = position[j, 1] - position[i, 1]
                dz = position[j, 2] - position[i, 2]
                r2 = dx * dx + dy * dy + dz * dz + 0.05
                w = mass[i] * mass[j] / (r2 * math.sqrt(r2))
                force[i, 0] += w * dx
                force[i, 1] += w * dy
                force[i, 2] += w * dz
                force[j, 0] -= w * dx
                force[j, 1] -= w * dy
                force[j, 2] -= w * dz
        for i in range(n):
            for k in range(3):
                velocity[i, k] += dt * force[i, k] / mass[i]
                position[i, k] += dt * velocity[i, k]
    kinetic = 0.0
    for i in range(n):
        kinetic += 0.5 * mass[i] * np.sum(velocity[i] ** 2)
    return kinetic + position[0, 0] ** 2


@program(args=lambda rng: (0.9, 0.2, 0.5, np.array([0.03, 0.06, 0.1, 0.17])))
def sir_epidemic(beta, gamma, severity, observed):
    """susceptible, infected, recovered: a lockdown starts when infections pass a threshold"""
    s, i, r = 0.99, 0.01, 0.0
    loss = 0.0
    days = 0
    locked = False
    for week in range(len(observed)):
        for _ in range(7):
            if not locked and i > 0.08:
                locked = True
            contact = beta * (1.0 - severity) if locked else beta
            infections = contact * s * i * 0.5
            recoveries = gamma * i * 0.5
            s -= infections
            i += infections - recoveries
            r += recoveries
            days += 1
        loss += (i - observed[week]) ** 2 / (0.01 + observed[week])
    return loss + r * days / 100.0


@program(args=lambda rng: (np.array([0.2, 0.5, -0.3]), np.array([1.0, 2.0, 3.5]), normal(rng, 3)))
def rigid_body(omega, inertia, target):
    """Euler's equations with a quaternion that is renormalised in every step"""
    q = np.array([1.0, 0.0, 0.0, 0.0])
    w = omega.copy()
    h = 0.1
    for _ in range(6):
        ax = (inertia[1] - inertia[2]) * w[1] * w[2] / inertia[0]
        ay = (inertia[2] - inertia[0]) * w[2] * w[0] / inertia[1]
        az = (inertia[0] - inertia[1]) * w[0] * w[1] / inertia[2]
        w[0] += h * ax
        w[1] += h * ay
        w[2] += h * az
        a, b, c, d = q[0], q[1], q[2], q[3]
        q[0] = a - 0.5 * h * (b * w[0] + c * w[1] + d * w[2])
        q[1] = b + 0.5 * h * (a * w[0] + c * w[2] - d * w[1])
        q[2] = c + 0.5 * h * (a * w[1] + d * w[0] - b * w[2])
        q[3] = d + 0.5 * h * (a * w[2] + b * w[1] - c * w[0])
        norm = math.sqrt(np.sum(q * q))
        for k in range(4):
            q[k] /= norm
    s = 0.0
    for k in range(3):
        s += (q[k + 1] - 0.1 * target[k]) ** 2 + 0.01 * w[k] ** 2
    return s


@program(args=lambda rng: (0.3 * normal(rng, 12, 5), 0.1 * normal(rng, 12), normal(rng, 6, 2)))
def lstm_cell(weights, bias, inputs):
    """a gated recurrence over time, gates in one array expression each"""
    hidden = 3
    h = np.zeros(hidden)
    c = np.zeros(hidden)
    z = np.empty(5)
    for t in range(inputs.shape[0]):
        z[:2] = inputs[t]
        z[2:] = h
        g = weights @ z + bias
        forget = 1.0 / (1.0 + np.exp(-g[:3]))
        write = 1.0 / (1.0 + np.exp(-g[3:6]))
        read = 1.0 / (1.0 + np.exp(-g[6:9]))
        c = forget * c + write * np.tanh(g[9:])
        h = read * np.tanh(c)
    return np.sum(h * h) + h[0]


@program(args=lambda rng: (-0.61, 0.53))
def mandelbrot_smooth(cx, cy):
    """escape time with a smooth remainder: a while loop on a complex number"""
    c = complex(cx, cy)
    z = 0.0j
    n = 0
    while z.real * z.real + z.imag * z.imag < 100.0 and n < 60:
        z = z * z + c
        n += 1
    r = abs(z)
    if n == 60:
        return r
    return n + 1.0 - math.log(math.log(r)) / math.log(2.0)


@program(args=lambda rng: (0.6, 0.35, 1.2))
def kepler_orbit(mean_anomaly, eccentricity, axis):
    """Kepler's equation by Newton to convergence, then the place in the orbit"""
    e = eccentricity
    anomaly = mean_anomaly
    for _ in range(50):
        residual = anomaly - e * math.sin(anomaly) - mean_anomaly
        change = residual / (1.0 - e * math.cos(anomaly))
        anomaly -= change
        if abs(change) < 1e-14:
            break
    x = axis * (math.cos(anomaly) - e)
    y = axis * math.sqrt(1.0 - e * e) * math.sin(anomaly)
    true_anomaly = math.atan2(y, x)
    radius = math.hypot(x, y)
    return radius * radius + 0.3 * true_anomaly * x


@program(args=lambda rng: (0.8, np.array([0.5, 0.0]), 1.4), wrt=(0, 1))
def adaptive_step(mu, start, horizon):
    """the van der Pol oscillator with a step that follows the speed"""
    x, v = start[0], start[1]
    t = 0.0
    count = 0
    cost = 0.0
    while t < horizon:
        a = mu * (1.0 - x * x) * v - x
        h = 0.2 / (1.0 + abs(a) + v * v)
        if h > 0.11:
            h = 0.11
        x_mid = x + 0.5 * h * v
        v_mid = v + 0.5 * h * a
        x += h * v_mid
        v += h * (mu * (1.0 - x_mid * x_mid) * v_mid - x_mid)
        cost += h * x * x
        t += h
        count += 1
        if count > 200:
            return -1.0
    return cost + 0.1 * v


@program(args=lambda rng: (0.3 * normal(rng, 4, 4), normal(rng, 4), normal(rng, 5)))
def linear_control(a, b, inputs):
    """a linear system driven by a control sequence, with a quadratic cost"""
    n = len(b)
    x = np.zeros(n)
    cost = 0.0
    for t in range(len(inputs)):
        y = np.zeros(n)
        for i in range(n):
            for j in range(n):
                y[i] += a[i, j] * x[j]
            y[i] += b[i] * inputs[t]
        x = y
        cost += np.dot(x, x) + 0.1 * inputs[t] ** 2
    return cost
