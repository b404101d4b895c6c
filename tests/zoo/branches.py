"""Branches: if/elif/else, conditional expressions, boolean operators, several returns."""

import math

import numpy as np

from ._registry import normal, program


@program(args=lambda rng: (0.8,))
def if_without_else(x):
    """a branch that is taken and changes a name"""
    y = x
    if x > 0.5:
        y = x * x
    return y + x


@program(args=lambda rng: (0.3,))
def if_not_taken(x):
    """a branch that is not taken"""
    y = math.sin(x)
    if x > 0.5:
        y = y * 100.0
    return y * x


@program(args=lambda rng: (-0.8, 1.4))
def else_contribution(x, y):
    """the else branch carries the whole derivative"""
    if x > 0.0:
        z = x * y
    else:
        z = y * math.exp(x) - x**3
    return z * z


@program(args=lambda rng: (1.5, 0.4))
def elif_ladder(x, y):
    """the third rung of four"""
    if x < 0.0:
        z = x
    elif x < 1.0:
        z = x * y
    elif x < 2.0:
        z = x**2 * y + math.cos(y)
    else:
        z = 0.0
    return z + x


@program(args=lambda rng: (1.5, 0.4, -0.6))
def nested_branches(x, y, z):
    """branches inside both arms of a branch"""
    w = x + y
    if x > y:
        if z > 0.0:
            w = w * z
        else:
            w = w - z * y
            if w > 1.0:
                w = w * w
    else:
        if y > z:
            w = y
        w = w * 2.0
    return w * x


@program(args=lambda rng: (0.7, 1.1))
def conditional_expression(x, y):
    """conditional expressions, one inside another"""
    a = x if x > y else y * x
    b = 1.0 if a < 0.0 else (a * a if a > 0.5 else a)
    return a * b + (y if x > 0 else -y)


@program(args=lambda rng: (0.7, 1.1, 2))
def boolean_operators(x, y, n):
    """and, or, not in conditions"""
    z = x * y
    if x > 0.0 and y > 1.0:
        z += x
    if x > 5.0 or not n == 3:
        z *= y
    if not (x > 0.0 and y < 0.0) and (n > 7 or z > 0.1):
        z = z * z
    return z


@program(args=lambda rng: (0.7, 1.1, 2.2))
def chained_comparison(x, y, z):
    """0 < x < y <= z decides, and a chain that fails in its second link"""
    r = x * y * z
    if 0.0 < x < y <= z:
        r += y * y
    if x < z < y:
        r = 0.0
    return r * x


@program(args=lambda rng: (0.4,))
def early_return(x):
    """the first of two returns is taken"""
    if x < 0.5:
        return x**3
    return x * 100.0


@program(args=lambda rng: (0.9,))
def early_return_skipped(x):
    """the guard is passed and the code after it runs"""
    if x < 0.5:
        return 0.0
    y = x * x
    y = y - math.log(x)
    return y


@program(args=lambda rng: (0.9, 2.4))
def several_returns(x, y):
    """five returns at different depths"""
    if x > 1.0:
        return x
    z = x * y
    if z > 1.0:
        if y > 3.0:
            return z * 3.0
        z = z * z
        if z > 4.0:
            return math.sqrt(z) * y
        else:
            z = z + 1.0
    else:
        return -z
    return z


@program(args=lambda rng: (0.9, 3))
def branch_on_integer(x, n):
    """dispatch on an integer argument, with a membership test"""
    if n == 0:
        return x
    if n in (1, 2):
        return x * x
    if n % 2 == 1:
        return math.exp(x) * n
    return -x


@program(args=lambda rng: (0.9, True, False))
def branch_on_flags(x, square, negate):
    """boolean arguments choose the formula"""
    y = x * x if square else x
    if negate:
        y = -y
    if square and not negate:
        y = y * math.cosh(x)
    return y


@program(args=lambda rng: (1.3, -0.4))
def relu_and_friends(x, y):
    """piecewise activations through max, min and comparisons"""
    relu = max(x, 0.0)
    leaky = y if y > 0.0 else 0.01 * y
    clipped = min(max(x, -1.0), 1.0)
    huber = 0.5 * y * y if abs(y) < 1.0 else abs(y) - 0.5
    return relu * 2.0 + leaky * x + clipped * y + huber


@program(args=lambda rng: (1.3, 0.2))
def different_names_in_arms(x, y):
    """each arm binds its own temporaries under the same name"""
    if x > y:
        t = x * x
        u = t * y
    else:
        u = x
        t = u - y
    return t * u


@program(args=lambda rng: (normal(rng, 12),))
def branch_in_loop(x):
    """the branch taken differs from one iteration to the next"""
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            s += x[i] ** 2
        elif x[i] > -0.5:
            s += math.sin(x[i])
        else:
            s -= x[i] * 0.5
    return s


@program(args=lambda rng: (normal(rng, 10),))
def branch_on_carried(x):
    """the condition reads a value that the loop carries"""
    s = 1.0
    for i in range(x.size):
        if s > 1.5:
            s = s * 0.5 + x[i] ** 2
        else:
            s = s + math.exp(x[i])
    return s


@program(args=lambda rng: (0.7, -0.2))
def value_of_or(x, y):
    """and / or used for their value on booleans that select terms"""
    big = x > 0.5 or y > 0.5
    both = x > 0.5 and y > 0.5
    return (x * y if big else 0.0) + (x if both else y * y)


@program(args=lambda rng: (0.7, 1.8))
def piecewise_polynomial(x, y):
    """a smoothstep called through branches twice by hand"""
    t = (x - 0.2) / (y - 0.2)
    if t <= 0.0:
        s = 0.0
    elif t >= 1.0:
        s = 1.0
    else:
        s = t * t * (3.0 - 2.0 * t)
    return s + s * x


@program(args=lambda rng: (0.7, np.array([0.5, -1.0, 2.0])))
def guard_on_shape(x, v):
    """a condition on shapes, and a raise that is never reached"""
    if v.ndim != 1 or v.shape[0] == 0:
        raise ValueError("a vector is needed")
    assert x > 0.0
    if len(v) > 2:
        return v[2] * x * x
    return v[0]


@program(args=lambda rng: (0.7,), flat=(0,))
def control_only_value(x):
    """the result is a constant in this branch: a zero gradient"""
    if x > 1.0:
        return x * x
    else:
        pass
    return 3.0
