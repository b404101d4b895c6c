"""Ways out of loops: break, continue, return, and while with data-dependent trip counts."""

import math

import numpy as np

from ._registry import normal, positive, program


@program(args=lambda rng: (positive(rng, 12),))
def break_on_threshold(x):
    """break when an accumulator passes a threshold"""
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2
        if s > 4.0:
            break
        s *= 1.01
    return s


@program(args=lambda rng: (normal(rng, 12),))
def continue_on_negative(x):
    """continue skips the rest of the body"""
    s = 1.0
    for i in range(len(x)):
        if x[i] < 0.0:
            continue
        s = s * (1.0 + 0.1 * x[i])
    return s


@program(args=lambda rng: (normal(rng, 14),))
def break_and_continue(x):
    """both in one body, with work before and after them"""
    s = 0.0
    for i in range(len(x)):
        t = x[i] * x[i]
        if t < 0.2:
            continue
        s += t * s * 0.1 + t
        if s > 6.0:
            s = s * 0.5
            break
        s += 0.1
    return s * s


@program(args=lambda rng: (normal(rng, 5, 6),))
def break_in_nested(a):
    """break leaves only the inner loop"""
    s = 0.0
    for i in range(a.shape[0]):
        row = 0.0
        for j in range(a.shape[1]):
            if a[i, j] > 1.0:
                break
            row += a[i, j] * (j + 1)
        s += row**2
    return s


@program(args=lambda rng: (positive(rng, 4, 5),))
def break_out_of_two(a):
    """a flag carries the break out of the outer loop"""
    s = 0.0
    done = False
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] ** 2
            if s > 9.0:
                done = True
                break
        if done:
            break
        s = s * 0.9
    return s


@program(args=lambda rng: (positive(rng, 12),))
def return_in_loop(x):
    """a return inside the loop that is reached"""
    p = 1.0
    for i in range(len(x)):
        p = p * x[i] + 0.5
        if p > 2.5:
            return p * p
    return -1.0


@program(args=lambda rng: (positive(rng, 3, 4),))
def return_in_nested_loop(a):
    """a return from the depth of two loops, with values carried by both"""
    s = 0.0
    for i in range(a.shape[0]):
        row = 1.0
        for j in range(a.shape[1]):
            row *= a[i, j]
            if s + row > 2.2:
                return math.log(s + row) * row
        s += row
    return s


@program(args=lambda rng: (37.0,))
def while_halving(x):
    """the trip count depends on the data"""
    n = 0
    while x > 1.0:
        x = x * 0.5
        n += 1
    return x * n


@program(args=lambda rng: (0.31, 1.7))
def while_nonlinear(x, rate):
    """a while loop with a nonlinear update and an integer counter"""
    t = 0
    while x < 5.0 and t < 50:
        x = x + 0.2 * rate * x / (1.0 + x)
        t += 1
    return x * rate


@program(args=lambda rng: (2.0,))
def while_true_break(x):
    """while True left by a break"""
    y = x
    while True:
        y = 0.5 * (y + x / y) + 0.01
        if y * y - x < 0.2:
            break
    return y


@program(args=lambda rng: (normal(rng, 15),))
def while_break_continue(x):
    """while with a moving index, continue and break"""
    i = 0
    s = 0.0
    while i < len(x):
        v = x[i]
        i += 1
        if v < -0.3:
            continue
        s = s * 0.9 + v * v
        if s > 1.2:
            break
    return s + s**2


@program(args=lambda rng: (3.0,))
def while_return(x):
    """a return inside a while loop"""
    k = 1
    while k < 100:
        x = x * 0.7
        if x < 1.0:
            return x * x * k
        k += 1
    return 0.0


@program(args=lambda rng: (0.31, 5))
def while_inside_for(x, n):
    """an inner while loop with another trip count in each iteration"""
    s = 0.0
    for i in range(n):
        y = x * (i + 1)
        while y < 1.5:
            y = y * 1.3 + 0.1 * x
        s += y * y
    return s


@program(args=lambda rng: (1.9,))
def newton_cube_root(a):
    """Newton steps until the residual is small"""
    x = a
    while abs(x**3 - a) > 1e-13:
        x = x - (x**3 - a) / (3.0 * x * x)
    return x


@program(args=lambda rng: (0.9,))
def loop_else(x):
    """the else clause of a loop that ends without break"""
    for _ in range(3):
        x = x * 1.2
        if x > 50.0:
            break
    else:
        x = x * x
    return x


@program(args=lambda rng: (normal(rng, 4), normal(rng, 4), 0.6, 2))
def slice_store_behind_known_test(x, y, p, n):
    """a branch that can be decided while compiling, in a while, with a slice store behind it"""
    v = np.sin(y)
    c = 1
    c += 1
    k = 0
    while k < n and 0.05 < p < 0.8:
        if c % 3 == 2 and v[0] < 2.0:
            v[1:] += p
        k += 1
    return np.sum(x * v)


@program(args=lambda rng: (normal(rng, 9), 2.0))
def last_positive(x, scale):
    """a value that a loop overwrites now and then, and its last index"""
    found = 0.5 * scale
    for i in range(len(x)):
        if x[i] > 0.0:
            found = x[i] * x[i] * scale
    return found * found
