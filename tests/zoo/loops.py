"""Loops: ranges, nests, carried scalars, iteration over arrays, enumerate and zip."""

import math

import numpy as np

from ._registry import normal, positive, program


@program(args=lambda rng: (normal(rng, 9),))
def sum_of_squares(x):
    """the plainest accumulator"""
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i]
    return s


@program(args=lambda rng: (normal(rng, 9),))
def accumulator_used_nonlinearly(x):
    """accumulators that enter nonlinearly after their loop"""
    s = 0.0
    q = 0.0
    for i in range(x.shape[0]):
        s += x[i]
        q += x[i] ** 2
    return math.exp(s / 10.0) * q / (1.0 + s * s)


@program(args=lambda rng: (normal(rng, 13),))
def range_start_stop_step(x):
    """start, stop and step that does not divide the span"""
    s = 0.0
    for i in range(2, x.size, 3):
        s += math.sin(x[i]) * x[i - 2] * i
    return s


@program(args=lambda rng: (normal(rng, 9),))
def negative_step(x):
    """a loop that counts down"""
    s = 0.5
    for i in range(len(x) - 1, -1, -2):
        s = s * 0.8 + x[i] * s
    return s


@program(args=lambda rng: (positive(rng, 9),))
def carried_product(x):
    """a product carried through the loop"""
    p = 1.0
    for i in range(len(x)):
        p *= x[i]
    return p


@program(args=lambda rng: (0.4,))
def logistic_map(r):
    """a nonlinear recurrence of one scalar"""
    x = 0.3
    for _ in range(20):
        x = (3.0 + r) * x * (1.0 - x)
    return x


@program(args=lambda rng: (0.4, 1.2))
def two_carried(a, b):
    """two scalars carried, updated one after the other from each other"""
    for k in range(8):
        a = a * 0.9 + 0.1 * b
        b = b - a * b * 0.2
    return a * b


@program(args=lambda rng: (1.1, 0.7))
def fibonacci_floats(a, b):
    """the carried pair shifts by simultaneous assignment"""
    for _ in range(7):
        a, b = b, a * b + 0.1 * a
    return a + b


@program(args=lambda rng: (normal(rng, 4, 5),))
def nested_loops(a):
    """two nested loops with an inner accumulator used nonlinearly"""
    total = 0.0
    for i in range(a.shape[0]):
        row = 0.0
        for j in range(a.shape[1]):
            row += a[i, j]
        total += row * row * (i + 1)
    return total


@program(args=lambda rng: (normal(rng, 6),))
def triangular_loops(x):
    """the inner trip count depends on the outer index"""
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            s += (x[i] - x[j]) ** 2 / (1.0 + x[i] * x[i])
        for k in range(i + 1, len(x)):
            s += math.sin(x[k] * x[i])
    return s


@program(args=lambda rng: (normal(rng, 3, 4), normal(rng, 4, 2)))
def triple_loop_matmul(a, b):
    """a matrix product by hand, then a nonlinear reduction"""
    c = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    s = 0.0
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            s += c[i, j] ** 3
    return s


@program(args=lambda rng: (1.3, 0))
def zero_trip(x, n):
    """a loop that never runs leaves the carried value alone"""
    y = x * x
    for i in range(n):
        y = y * 100.0
    return y


@program(args=lambda rng: (1.3, 3))
def zero_trip_inner(x, n):
    """an inner loop whose trip count is zero in the first iteration"""
    y = x
    for i in range(n):
        for j in range(i):
            y = y * x
        y = math.sin(y)
    return y


@program(args=lambda rng: (normal(rng, 8),))
def for_over_array(x):
    """iteration over the elements of an array"""
    s = 0.0
    for v in x:
        s = s * 0.5 + v * v
    return s


@program(args=lambda rng: (normal(rng, 3, 4),))
def for_over_rows(a):
    """iteration over the rows of a matrix"""
    s = 0.0
    for row in a:
        s += row[0] * row[-1] + math.tanh(row[1])
    return s


@program(args=lambda rng: (normal(rng, 8),))
def for_enumerate(x):
    """enumerate, also with a start"""
    s = 0.0
    for i, v in enumerate(x):
        s += (i + 1) * v * v
    for k, v in enumerate(x, 2):
        s += v**k / 10.0
    return s


@program(args=lambda rng: (normal(rng, 8), normal(rng, 6), 1.2))
def for_zip(x, y, c):
    """zip of arrays of unequal length, and enumerate of a zip"""
    s = 0.0
    for a, b in zip(x, y):
        s += a * b * c
    for i, (a, b) in enumerate(zip(x, y)):
        s += math.sin(a) * b * i
    return s


@program(args=lambda rng: (0.7,))
def for_over_tuple(x):
    """iteration over a constant tuple of floats"""
    s = 0.0
    for c in (0.5, -1.5, 2.5):
        s = s * x + c
    return s


@program(args=lambda rng: (2.7, 3.0))
def newton_square_root(a, x):
    """a fixed number of Newton steps, stopped before they converge"""
    for _ in range(2):
        x = x - (x * x - a) / (2.0 * x)
    return x * a


@program(args=lambda rng: (0.8,))
def continued_fraction(x):
    """a continued fraction evaluated from its tail"""
    f = 1.0
    for k in range(9, 0, -1):
        f = 2.0 * k - 1.0 + x * x / (f + k)
    return x / f


@program(args=lambda rng: (1.0, 0.4, 1.3))
def rk4_decay(y, k, w):
    """classical Runge-Kutta on one equation"""
    h = 0.1
    t = 0.0
    for _ in range(12):
        k1 = -k * y + math.sin(w * t)
        k2 = -k * (y + 0.5 * h * k1) + math.sin(w * (t + 0.5 * h))
        k3 = -k * (y + 0.5 * h * k2) + math.sin(w * (t + 0.5 * h))
        k4 = -k * (y + h * k3) + math.sin(w * (t + h))
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t += h
    return y


@program(args=lambda rng: (0.9, 6))
def taylor_series(x, n):
    """a term carried with an integer factor, and its running sum"""
    term = 1.0
    s = term
    for k in range(1, n):
        term = term * x / k
        s += term
    return s * s


@program(args=lambda rng: (normal(rng, 10), 3, -2))
def variable_step(x, up, down):
    """steps that are arguments, one of them negative"""
    s = 0.0
    for i in range(0, len(x), up):
        s += x[i] ** 2
    for i in range(len(x) - 1, 0, down):
        s = s * x[i] + x[i - 1]
    return s


@program(args=lambda rng: (normal(rng, 10),))
def loop_variable_changed(x):
    """the loop variable is assigned in the body, which does not move the loop"""
    s = 0.0
    for i in range(4):
        i = 2 * i + 1
        s += x[i] ** 2 * i
    return s


@program(args=lambda rng: (normal(rng, 2, 3, 2, 2),))
def four_deep(a):
    """four nested loops, a scalar carried at every level"""
    s = 0.5
    for i in range(a.shape[0]):
        p = 1.0
        for j in range(a.shape[1]):
            q = p
            for k in range(a.shape[2]):
                r = 0.0
                for m in range(a.shape[3]):
                    r += a[i, j, k, m] * q
                q = q * 0.5 + r * r * 0.1
            p += q
        s = s * p + 0.1
    return s


@program(args=lambda rng: (normal(rng, 6), 1.1))
def reused_loop_names(x, c):
    """index and temporary read after the loop ended"""
    t = c
    i = 0
    for i in range(len(x)):
        t = x[i] * c + t * 0.1
    return t * i + x[i] ** 2


@program(args=lambda rng: (positive(rng, 7),))
def running_extremum(x):
    """the maximum found by comparison, then used"""
    best = x[0]
    where = 0
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i]
            where = i
    return best**2 * (where + 1) + x[where]
