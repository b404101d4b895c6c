"""Programs that were wrong once, or refused: what functions of other people's packages came to."""

from collections import namedtuple

import numpy as np
from numba import float32, int64, njit, types, vectorize
from numba.extending import overload, register_jitable

from ._registry import normal, positive, program

# --- declared types -----------------------------------------------------------------------------


@njit(int64(int64))
def halved(k):
    return k // 2


@njit(float32(float32))
def squared_single(x):
    return x * x


@program(args=lambda rng: (2.7 + 0.1 * rng.random(),))
def declared_signature_truncates(x):
    """an argument declared as an integer is one, and carries no derivative"""
    return halved(x + 2.0) * x * x


@program(args=lambda rng: (np.float32(0.7),), single=True)
def declared_single_precision(x):
    """what a signature has in single precision is computed so"""
    return squared_single(x) * x


@njit(locals={"k": types.int32, "total": types.float64})
def scaled_by_integer(x):
    total = 0
    k = x * 10.0
    for i in range(3):
        total += k * x * i
    return total


@program(args=lambda rng: (0.33 + 0.01 * rng.random(),))
def declared_local_truncates(x):
    """a local name declared as an integer truncates what it is assigned"""
    return scaled_by_integer(x) * x


# --- functions that mean something else to Numba ----------------------------------------------


def stub(x, k=2):
    return x


@overload(stub)
def stub_of(x, k=2):
    if isinstance(x, types.Array):
        return lambda x, k=2: np.sum(x * x) * k
    return lambda x, k=2: 3.0 * x


@program(args=lambda rng: (normal(rng, 3),))
def overloaded(x):
    """a function with an @overload is what that gives, not what its body says"""
    return stub(x) + stub(x[0]) * stub(x, k=5)


@register_jitable
def its_own(x):
    return x * x


@program(args=lambda rng: (normal(rng, 3),))
def registered_as_itself(x):
    """`register_jitable` is an @overload by the function itself"""
    total = 0.0
    for v in x:
        total += its_own(v)
    return total


@vectorize(nopython=True)
def bent(x, y):
    if x < 0.0:
        return x * y
    return np.sin(x) * y * y


@program(args=lambda rng: (normal(rng, 3, 2), normal(rng, 3, 2), 0.7))
def vectorised(x, y, c):
    """functions made by `vectorize`, of numbers and of arrays"""
    return np.sum(bent(x, y) * bent(y, c)) + bent(c, x[0, 1])


Pair = namedtuple("Pair", ["first", "second"])


@program(args=lambda rng: (normal(rng, 3),))
def named_tuples_made(x):
    """a named tuple is made by its class, with names"""
    p = Pair(x[0] * x[1], 2.0)
    q = Pair(second=p.first * p.second, first=x[2])
    return q.second * q.first + p[0]


# --- infinities and zeros -----------------------------------------------------------------------


@program(args=lambda rng: (normal(rng, 4), 0.7))
def softened_costs(x, gamma):
    """the table starts from infinities, that weights of zero drop: 0 * inf is no NaN"""
    cost = np.full((5, 5), np.inf)
    cost[0, 0] = 0.0
    for i in range(1, 5):
        for j in range(1, 5):
            a, b, c = -cost[i - 1, j] / gamma, -cost[i, j - 1] / gamma, -cost[i - 1, j - 1] / gamma
            top = max(a, b, c)
            total = np.exp(a - top) + np.exp(b - top) + np.exp(c - top)
            cost[i, j] = (x[i - 1] - x[j - 1] * 0.5) ** 2 - gamma * (np.log(total) + top)
    return cost[4, 4]


@njit
def distance(a, b):
    return np.sqrt((a - b) * (a - b))


@program(args=lambda rng: (positive(rng, 4),))
def root_of_nothing(x):
    """where Numba's division raises, the slope of a root at zero, which reaches no argument, does not"""
    padded = np.zeros(5)
    padded[1:] = x
    total = 0.0
    for k in range(5):
        total += distance(padded[k], padded[0])
    return total


# --- syntax and functions -----------------------------------------------------------------------


@program(args=lambda rng: (0.4, 5))
def array_of_comprehension(g, n):
    """np.array of a list comprehension, whose name is its own"""
    i = 3.0
    w = np.array([1.0 / (1.0 + np.exp(-g * (i - n / 2))) for i in range(n)])
    return np.sum(w * w) * i


@program(args=lambda rng: (normal(rng, 3),))
def short_comprehension(x):
    """a comprehension of known length is a tuple"""
    u = [x[k] * x[k] for k in range(3)]
    a, b, c = [2.0 * t for t in u]
    return a * b + u[0] * c


@program(args=lambda rng: (normal(rng, 2),))
def shape_joined(x):
    """a shape beside a tuple, and starred"""
    a = np.zeros(x.shape + (3,))
    b = np.ones((*x.shape, 3), dtype=float)
    a[:, 1] = x * x
    return np.sum(a * b) * a[1, 1]


@program(args=lambda rng: (0.7, 1))
def ellipsis_of_no_axes(x, k):
    """an ellipsis beside indices for all axes"""
    r = np.zeros((3, 3))
    r[..., k, k] = np.cos(np.asarray(x))
    r[..., k, 0] = -x
    return r[..., k, k] * np.sum(r)


@program(args=lambda rng: (normal(rng, 3),))
def crossed_with_constants(x):
    """a cross product with a list, and a stack of arrays without axes"""
    y = np.cross([0, 0, 1], x)
    z = np.stack((np.asarray(y[0]), np.asarray(x[2] * x[1])))
    return np.sum(y * y) * z[1] + z[0]


@program(args=lambda rng: (normal(rng, 3),))
def dtype_is_a_builtin(x):
    """`dtype=float` of an array that carries a derivative"""
    y = np.zeros((2, 3), dtype=float)
    y[1] = x * x
    return np.sum(y * y)


@njit
def typed_by_argument(z, beta):
    T = type(z)
    return T(0.5) * z * z + type(beta)(2) * beta


@program(args=lambda rng: (0.7, normal(rng, 3)))
def type_of_argument(z, x):
    """numbers of the type of an argument"""
    return typed_by_argument(z, x[0]) * x[1]
