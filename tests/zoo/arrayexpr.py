"""Array expressions: broadcasting, where, reductions, products, small models built of them."""

import math

import numpy as np

from ._registry import normal, positive, program


@program(args=lambda rng: (normal(rng, 6), normal(rng, 6)))
def elementwise(x, y):
    """one fused expression and a sum"""
    return np.sum(np.sin(x) * y + x * x / (1.0 + y * y) - 2.0 * y)


@program(args=lambda rng: (positive(rng, 6), positive(rng, 6)))
def elementwise_powers(x, y):
    """powers of arrays by integers, reals and arrays"""
    return np.sum(x**2 + y**-1 + x**1.5 + x**y + 2.0**x)


@program(args=lambda rng: (positive(rng, 6) * 0.5,))
def elementwise_functions(x):
    """a chain of one-argument functions"""
    a = np.exp(-x) + np.log(x) + np.sqrt(x) + np.tanh(x)
    b = np.arctan(x) + np.arcsin(x) + np.log1p(x) * np.expm1(x) + np.cosh(x)
    return np.sum(a * b + np.abs(x) + np.square(x))


@program(args=lambda rng: (normal(rng, 3, 4), normal(rng, 4), normal(rng, 3, 1), 0.7))
def broadcasting(a, row, column, c):
    """a row, a column and a scalar against a matrix"""
    return np.sum((a * row + column) ** 2 * c - column * row)


@program(args=lambda rng: (normal(rng, 4), normal(rng, 3)))
def newaxis_broadcast(x, y):
    """outer difference through None and np.newaxis"""
    d = x[:, None] - y[None, :]
    e = x[:, np.newaxis] * y
    return np.sum(d * d * e)


@program(args=lambda rng: (normal(rng, 8), normal(rng, 8)))
def where_arrays(x, y):
    """where with arrays in both arms"""
    return np.sum(np.where(x > y, x * x, np.sin(y)))


@program(args=lambda rng: (normal(rng, 8), 0.3))
def where_scalars(x, c):
    """where with a scalar arm and a compound condition"""
    a = np.where(x > 0.0, x, c * x)
    b = np.where((x > -1.0) & (x < 0.8), x * c, 0.0)
    return np.sum(a * a + b)


@program(args=lambda rng: (normal(rng, 8), normal(rng, 8)))
def elementwise_extrema(x, y):
    """maximum and minimum of arrays and of an array with a scalar"""
    return np.sum(np.maximum(x, y) * np.minimum(x, 0.25) + np.maximum(y, 0.0) ** 2)


@program(args=lambda rng: (normal(rng, 3, 4),))
def sum_axes(a):
    """sums over each axis, also a negative one and as methods"""
    r = np.sum(a, axis=1)
    c = a.sum(axis=0)
    return (
        np.sum(r * r) + np.sum(np.exp(0.2 * c)) + np.sum(a.sum(axis=-1) ** 3) + a.sum() * np.sum(a)
    )


@program(args=lambda rng: (normal(rng, 3, 4),))
def means(a):
    """mean of everything, as function and method"""
    return np.mean(a) * a.mean() + np.mean(a * a) + np.mean(a[0]) ** 2


@program(args=lambda rng: (normal(rng, 3, 4),))
def extrema(a):
    """max and min of everything, used nonlinearly"""
    return np.max(a) ** 2 * a.min() + a[1].max() * np.min(a[:, 0])


@program(args=lambda rng: (positive(rng, 5), positive(rng, 2, 3)))
def products(x, a):
    """prod of a vector and of a matrix"""
    return np.prod(x) * a.prod() + np.prod(x * x)


@program(args=lambda rng: (normal(rng, 5), normal(rng, 5)))
def dots(x, y):
    """dot of vectors as function, method and operator"""
    return np.dot(x, y) * (x @ x) + x.dot(y) ** 2


@program(args=lambda rng: (normal(rng, 3, 4), normal(rng, 4), normal(rng, 3)))
def matrix_vector(a, x, y):
    """matrix times vector and vector times matrix"""
    return np.sum((a @ x) * y) + np.sum(np.dot(y, a) ** 2)


@program(args=lambda rng: (normal(rng, 2, 3), normal(rng, 3, 4), normal(rng, 4, 2)))
def matrix_chain(a, b, c):
    """a chain of three products and its trace by loop"""
    p = a @ b @ c
    s = 0.0
    for i in range(p.shape[0]):
        s += p[i, i] ** 2
    return s + np.sum(p)


@program(args=lambda rng: (normal(rng, 3, 4), normal(rng, 3, 4)))
def transposed_products(a, b):
    """products of transposes, both orders"""
    g = a.T @ b
    h = a @ b.T
    return np.sum(g * g) + np.sum(np.sin(h))


@program(args=lambda rng: (normal(rng, 3), normal(rng, 4)))
def outer_product(x, y):
    """outer product and a function of it"""
    o = np.outer(x, y)
    return np.sum(np.tanh(o) * o)


@program(args=lambda rng: (normal(rng, 8),))
def log_sum_exp(x):
    """stable log-sum-exp of a vector"""
    m = np.max(x)
    return m + math.log(np.sum(np.exp(x - m)))


@program(args=lambda rng: (normal(rng, 4, 5),))
def log_sum_exp_rows(a):
    """row by row, in one array expression around a loop"""
    s = 0.0
    for i in range(a.shape[0]):
        m = a[i].max()
        s += m + np.log(np.sum(np.exp(a[i] - m)))
    return s * s


@program(args=lambda rng: (normal(rng, 6), normal(rng, 6)))
def softmax_cross_entropy(x, t):
    """softmax weights against targets"""
    e = np.exp(x - x.max())
    p = e / e.sum()
    return -np.sum(t * np.log(p)) + np.sum(p * p)


@program(args=lambda rng: (normal(rng, 7),))
def variance(x):
    """variance by hand, from the mean"""
    m = x.mean()
    d = x - m
    return np.sum(d * d) / (len(x) - 1) + m**3


@program(args=lambda rng: (normal(rng, 7), normal(rng, 7)))
def norms(x, y):
    """Euclidean norm, one-norm, and a cosine"""
    n = np.sqrt(np.sum(x * x))
    return n + np.sum(np.abs(y)) + np.dot(x, y) / (n * np.sqrt(np.dot(y, y)))


@program(
    args=lambda rng: (
        normal(rng, 4, 3),
        normal(rng, 4),
        normal(rng, 2, 4),
        normal(rng, 2),
        normal(rng, 3),
    )
)
def mlp(w1, b1, w2, b2, x):
    """a two-layer perceptron on one sample"""
    h = np.tanh(w1 @ x + b1)
    o = w2 @ h + b2
    return np.sum(o * o)


@program(args=lambda rng: (normal(rng, 5, 3), normal(rng, 3, 4), normal(rng, 4)))
def batch_layer(x, w, b):
    """a layer on a batch with a broadcast bias and a relu"""
    h = np.maximum(x @ w + b, 0.0)
    return np.mean(h * h) + np.sum(h.sum(axis=0) ** 2)


@program(args=lambda rng: (normal(rng, 6, 2),))
def pairwise_distances(p):
    """all distances by broadcasting over a third axis"""
    d = p[:, None, :] - p[None, :, :]
    r = np.sqrt(np.sum(d * d, axis=2) + 0.1)
    return np.sum(r) + np.sum(1.0 / r)


@program(args=lambda rng: (normal(rng, 9),))
def stencil_expression(u):
    """a stencil in slice notation over a few steps"""
    for _ in range(3):
        u[1:-1] = u[1:-1] + 0.2 * (u[:-2] - 2.0 * u[1:-1] + u[2:]) * u[1:-1]
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 5),))
def augmented_arrays(x):
    """augmented assignment of whole arrays is in place, plain assignment is not"""
    y = x
    y += 1.0
    z = x * 2.0
    z *= y
    y = y * z
    y -= x
    return np.sum(y * x * z)


@program(args=lambda rng: (normal(rng, 3, 4), normal(rng, 4)))
def standardised(a, w):
    """rows centred and scaled, then weighted"""
    s = 0.0
    for i in range(a.shape[0]):
        d = a[i] - np.mean(a[i])
        s += np.sum(w * d / np.sqrt(np.mean(d * d) + 1e-3)) ** 2
    return s


@program(args=lambda rng: (normal(rng, 5), np.array([2, 0, 1, 3, 2])))
def integer_coefficients(x, k):
    """an integer array promoted in an expression and used as exponents"""
    return np.sum(x * k + x**k / (1 + k) - x / 2)


@program(args=lambda rng: (normal(rng, 4), 0.8))
def scalar_array_mix(x, c):
    """scalars from reductions return into array expressions"""
    s = np.sum(x)
    y = (x - s) * c + s * s
    return np.sum(y * y) / (1.0 + np.sum(np.abs(y)))
