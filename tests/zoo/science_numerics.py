"""Programs of thirty to sixty lines: interpolation, quadrature, solvers, geometry, images."""

import math

import numpy as np
from numba import njit

from ._registry import normal, positive, program


@program(
    args=lambda rng: (
        1.0 + positive(rng, 7),
        0.3 * normal(rng, 6),
        0.3 * normal(rng, 6),
        normal(rng, 7),
    )
)
def thomas_solver(diagonal, lower, upper, right):
    """a tridiagonal system solved in place by elimination and back substitution"""
    n = len(diagonal)
    for i in range(1, n):
        w = lower[i - 1] / diagonal[i - 1]
        diagonal[i] -= w * upper[i - 1]
        right[i] -= w * right[i - 1]
    x = np.empty(n)
    x[n - 1] = right[n - 1] / diagonal[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = (right[i] - upper[i] * x[i + 1]) / diagonal[i]
    s = 0.0
    for i in range(n):
        s += x[i] ** 2
    return s


@program(
    args=lambda rng: (
        np.array([0.0, 1.0, 2.5, 3.1, 4.0]),
        normal(rng, 5),
        np.array([0.4, 1.7, 2.9, 3.6]),
    )
)
def cubic_spline(knots, values, queries):
    """natural cubic spline: second derivatives by elimination, then evaluation with a search"""
    n = len(knots)
    m = np.zeros(n)
    c = np.zeros(n)
    d = np.zeros(n)
    for i in range(1, n - 1):
        h0 = knots[i] - knots[i - 1]
        h1 = knots[i + 1] - knots[i]
        slope = (values[i + 1] - values[i]) / h1 - (values[i] - values[i - 1]) / h0
        pivot = 2.0 * (h0 + h1) - h0 * c[i - 1]
        c[i] = h1 / pivot
        d[i] = (6.0 * slope - h0 * d[i - 1]) / pivot
    for i in range(n - 2, 0, -1):
        m[i] = d[i] - c[i] * m[i + 1]
    total = 0.0
    for q in queries:
        k = 0
        while k < n - 2 and q > knots[k + 1]:
            k += 1
        h = knots[k + 1] - knots[k]
        a = (knots[k + 1] - q) / h
        b = (q - knots[k]) / h
        y = a * values[k] + b * values[k + 1]
        y += ((a**3 - a) * m[k] + (b**3 - b) * m[k + 1]) * h * h / 6.0
        total += y * y
    return total


@njit
def integrand(x, p):
    """A family of bumps."""
    return math.exp(-p * x * x) * math.cos(p * x)


@program(args=lambda rng: (0.8, -0.5, 1.4))
def simpson_quadrature(p, a, b):
    """Simpson's rule with active limits and parameter"""
    n = 10
    h = (b - a) / n
    s = integrand(a, p) + integrand(b, p)
    for i in range(1, n):
        weight = 4.0 if i % 2 == 1 else 2.0
        s += weight * integrand(a + i * h, p)
    return s * h / 3.0


@njit
def adaptive(p, a, fa, b, fb, depth):
    """Adaptive trapezoids by recursion."""
    m = 0.5 * (a + b)
    fm = integrand(m, p)
    coarse = 0.5 * (b - a) * (fa + fb)
    fine = 0.25 * (b - a) * (fa + 2.0 * fm + fb)
    if depth == 0 or abs(fine - coarse) < 0.01:
        return fine + (fine - coarse) / 3.0
    return adaptive(p, a, fa, m, fm, depth - 1) + adaptive(p, m, fm, b, fb, depth - 1)


@program(args=lambda rng: (2.3, 0.1, 1.9))
def adaptive_quadrature(p, a, b):
    """recursion that stops where the data say so"""
    return adaptive(p, a, integrand(a, p), b, integrand(b, p), 6)


@program(args=lambda rng: (normal(rng, 5, 6), np.array([[0.4, 1.3], [2.7, 3.2], [3.1, 0.6]])))
def bilinear_interpolation(image, points):
    """an image sampled between its pixels; the cell is found with floor"""
    s = 0.0
    for n in range(points.shape[0]):
        y = points[n, 0]
        x = points[n, 1]
        i = int(math.floor(y))
        j = int(math.floor(x))
        i = min(max(i, 0), image.shape[0] - 2)
        j = min(max(j, 0), image.shape[1] - 2)
        fy = y - i
        fx = x - j
        top = image[i, j] * (1.0 - fx) + image[i, j + 1] * fx
        bottom = image[i + 1, j] * (1.0 - fx) + image[i + 1, j + 1] * fx
        v = top * (1.0 - fy) + bottom * fy
        s += v * v
    return s


@njit
def rotate_vector(r, x, out):
    """Rodrigues' rotation, written into ``out``."""
    theta = math.sqrt(r[0] ** 2 + r[1] ** 2 + r[2] ** 2)
    c = math.cos(theta)
    s = math.sin(theta)
    u = r / theta
    d = (u[0] * x[0] + u[1] * x[1] + u[2] * x[2]) * (1.0 - c)
    out[0] = x[0] * c + (u[1] * x[2] - u[2] * x[1]) * s + u[0] * d
    out[1] = x[1] * c + (u[2] * x[0] - u[0] * x[2]) * s + u[1] * d
    out[2] = x[2] * c + (u[0] * x[1] - u[1] * x[0]) * s + u[2] * d


@program(
    args=lambda rng: (
        positive(rng, 9) * 0.5,
        normal(rng, 4, 3) + np.array([0.0, 0.0, 6.0]),
        0.1 * normal(rng, 4, 2),
    )
)
def bundle_adjustment(camera, points, observed):
    """reprojection error of a camera with rotation, centre, focal length and radial distortion"""
    rotation = camera[:3]
    centre = camera[3:6]
    focal = camera[6]
    k1 = camera[7]
    k2 = camera[8]
    p = np.empty(3)
    moved = np.empty(3)
    error = 0.0
    for n in range(points.shape[0]):
        for k in range(3):
            moved[k] = points[n, k] - 0.2 * centre[k]
        rotate_vector(rotation, moved, p)
        x = p[0] / p[2]
        y = p[1] / p[2]
        r2 = x * x + y * y
        distortion = 1.0 + 0.1 * r2 * (k1 + 0.1 * k2 * r2)
        ex = focal * distortion * x - observed[n, 0]
        ey = focal * distortion * y - observed[n, 1]
        error += ex * ex + ey * ey
    return 0.5 * error


@program(args=lambda rng: (normal(rng, 4, 4), normal(rng, 4)))
def conjugate_gradients(b, right):
    """conjugate gradients on a positive matrix, vectors updated in place"""
    n = len(right)
    a = b.T @ b + 3.0 * np.eye(n)
    x = np.zeros(n)
    r = right.copy()
    p = r.copy()
    rr = np.dot(r, r)
    for _ in range(3):
        q = a @ p
        step = rr / np.dot(p, q)
        x += step * p
        r -= step * q
        new = np.dot(r, r)
        p = r + (new / rr) * p
        rr = new
    return np.dot(x, right) + rr


@program(args=lambda rng: (normal(rng, 4, 4) + 6.0 * np.eye(4) + 0.0, normal(rng, 4)))
def jacobi_iteration(a, b):
    """a linear solver that rebinds its iterate until the change is small"""
    n = len(b)
    x = np.zeros(n)
    for _ in range(12):
        y = np.empty(n)
        change = 0.0
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            y[i] = s / a[i, i]
            change += abs(y[i] - x[i])
        x = y
        if change < 1e-2:
            break
    return np.sum(x * x * x) + x[0]


@program(args=lambda rng: (normal(rng, 3, 3), positive(rng, 3)))
def power_iteration(a, v):
    """Rayleigh quotient after a few normalised products"""
    m = a @ a.T
    for _ in range(2):
        w = m @ v
        v = w / math.sqrt(np.sum(w * w))
    return np.dot(v, m @ v)


@program(args=lambda rng: (normal(rng, 6, 6), normal(rng, 3, 3)))
def convolution_2d(image, kernel):
    """a small convolution with a relu and a max pool by comparison"""
    n = image.shape[0] - 2
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            s = 0.0
            for u in range(3):
                for v in range(3):
                    s += image[i + u, j + v] * kernel[u, v]
            out[i, j] = s if s > 0.0 else 0.1 * s
    total = 0.0
    for i in range(0, n, 2):
        for j in range(0, n, 2):
            best = out[i, j]
            for u in range(2):
                for v in range(2):
                    if out[i + u, j + v] > best:
                        best = out[i + u, j + v]
            total += best * best
    return total


@program(
    args=lambda rng: (np.array([0.9, 1.3, 0.7]), np.array([0.4, -0.3, 0.8]), np.array([1.2, 0.6]))
)
def robot_arm(lengths, angles, target):
    """forward kinematics of a planar arm with a penalty on its joints"""
    x = 0.0
    y = 0.0
    heading = 0.0
    for k in range(len(lengths)):
        heading += angles[k]
        x += lengths[k] * math.cos(heading)
        y += lengths[k] * math.sin(heading)
    miss = (x - target[0]) ** 2 + (y - target[1]) ** 2
    penalty = 0.0
    for k in range(len(angles)):
        if abs(angles[k]) > 0.5:
            penalty += (abs(angles[k]) - 0.5) ** 2
    return miss + 10.0 * penalty


@program(args=lambda rng: (1.5 * normal(rng, 6, 2),))
def lennard_jones(positions):
    """pair potential with a smooth cut-off and continue for distant pairs"""
    energy = 0.0
    n = positions.shape[0]
    for i in range(n):
        for j in range(i + 1, n):
            dx = positions[i, 0] - positions[j, 0]
            dy = positions[i, 1] - positions[j, 1]
            r2 = dx * dx + dy * dy + 0.5
            if r2 > 9.0:
                continue
            inverse = 1.0 / r2
            r6 = inverse * inverse * inverse
            energy += 4.0 * (r6 * r6 - r6) * (1.0 - r2 / 9.0) ** 2
    return energy
