"""Arrays: creation, indexing, views, layouts, dtypes, and degenerate shapes."""

import math

import numpy as np

from ._registry import normal, positive, program


def _single(values):
    return np.asarray(values).astype(np.float32)


@program(args=lambda rng: (1.3, 0.4))
def created_scalars(x, y):
    """zeros, ones, empty and full filled from scalars"""
    a = np.zeros(4)
    b = np.ones(4)
    c = np.empty(4)
    d = np.full(4, x * y)
    for i in range(4):
        a[i] = x * i
        b[i] *= y
        c[i] = a[i] * b[i]
    return np.sum(c * d) + np.sum(a)


@program(args=lambda rng: (normal(rng, 2, 3),))
def created_like(x):
    """zeros_like, ones_like, empty_like and full_like of a matrix"""
    z = np.zeros_like(x)
    o = np.ones_like(x)
    e = np.empty_like(x)
    f = np.full_like(x, 2.5)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            z[i, j] += x[i, j] ** 2
            o[i, j] += z[i, j]
            e[i, j] = o[i, j] * f[i, j]
    return np.sum(e * x)


@program(args=lambda rng: (normal(rng, 5),))
def copies(x):
    """a copy is written, the original is not"""
    y = x.copy()
    z = np.copy(x)
    y[1] = y[1] * 3.0
    z[2] = y[1] * x[2]
    return np.sum(x * y * z)


@program(args=lambda rng: (1.7, 0.3))
def linspace_grid(a, b):
    """a grid between two active ends"""
    t = np.linspace(b, a, 7)
    s = 0.0
    for i in range(len(t)):
        s += math.sin(t[i]) * t[i]
    return s


@program(args=lambda rng: (1.1,))
def arange_grid(x):
    """integer and float ranges as coefficients"""
    k = np.arange(5)
    h = np.arange(0.0, 1.0, 0.25)
    s = 0.0
    for i in range(len(h)):
        s += h[i] * x ** k[i]
    return s + k[-1] * x


@program(args=lambda rng: (normal(rng, 3, 4, 2),))
def multi_index(a):
    """three indices, constant, running and negative"""
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j, 0] * a[i, -1, 1] * (j + 1)
    return s + a[0, 0, 0] * a[-1, -1, -1] ** 2


@program(args=lambda rng: (normal(rng, 8),))
def negative_index(x):
    """negative indices, constant and computed"""
    s = x[-1] * x[-2]
    for i in range(1, 5):
        s += x[-i] * x[i - 3] ** 2
    x[-3] = s
    return s * x[5]


@program(args=lambda rng: (normal(rng, 9),))
def slices_read(x):
    """slices with and without bounds and steps"""
    a = x[2:6]
    b = x[:4]
    c = x[-4:]
    d = x[::2]
    e = x[7:1:-2]
    return np.sum(a * b) + np.sum(c * c) + d[1] * d[3] + e[0] * e[2]


@program(args=lambda rng: (normal(rng, 9), normal(rng, 4)))
def slices_written(x, y):
    """slices assigned from arrays, scalars and expressions"""
    x[2:6] = y
    x[:2] = x[4]
    x[6:] = x[6:] * 2.0 + y[1:]
    return np.sum(x * x * x)


@program(args=lambda rng: (normal(rng, 9),))
def slices_augmented(x):
    """augmented assignment to slices, also strided ones"""
    x[1:4] *= 2.0
    x[::3] += x[1::3] * x[2::3]
    x[5:] -= 0.5 * x[:4]
    return np.sum(np.sin(x))


@program(args=lambda rng: (normal(rng, 4, 5),))
def row_views(a):
    """a row bound to a name and written through"""
    for i in range(1, a.shape[0]):
        row = a[i]
        previous = a[i - 1]
        for j in range(a.shape[1]):
            row[j] = row[j] * 0.5 + previous[j] ** 2
    return np.sum(a[-1] * a[1])


@program(args=lambda rng: (normal(rng, 4, 5),))
def column_views(a):
    """columns read and written as slices"""
    c = a[:, 1]
    a[:, 3] = c * a[:, 2]
    c[0] = 5.0 * c[2]
    return np.sum(a[:, 3] * a[:, 0]) + a[0, 1] ** 2


@program(args=lambda rng: (normal(rng, 4, 6),))
def block_views(a):
    """a block view of a view"""
    b = a[1:, 2:]
    c = b[:2, ::2]
    c[0, 1] = c[1, 0] * c[0, 1]
    return np.sum(a * a) + np.sum(c) * b[0, 0]


@program(args=lambda rng: (normal(rng, 3, 4),))
def transposed(a):
    """reads and writes through .T"""
    t = a.T
    t[0, 1] = t[1, 2] * t[3, 0]
    s = 0.0
    for i in range(t.shape[0]):
        for j in range(t.shape[1]):
            s += t[i, j] ** 2 * (i + 2 * j)
    return s


@program(args=lambda rng: (normal(rng, 12),))
def reshaped(x):
    """a vector seen as a matrix, written through the matrix"""
    a = x.reshape((3, 4))
    a[1, 2] = a[0, 0] * a[2, 3]
    b = a.reshape(2, 6)
    return np.sum(b[0] * b[1]) + x[6] ** 2


@program(args=lambda rng: (normal(rng, 3, 4),))
def raveled(a):
    """ravel of a contiguous array is a view, flatten is a copy"""
    r = a.ravel()
    f = a.flatten()
    r[5] = r[0] * r[1]
    f[2] = 7.0 * f[3]
    return np.sum(a * a) + np.sum(f * r)


@program(args=lambda rng: (normal(rng, 3, 4),))
def raveled_transpose(a):
    """ravel of a transposed array copies"""
    r = a.T.ravel()
    r[1] = r[2] * r[3]
    return np.sum(r * r * r) + a[0, 1]


@program(args=lambda rng: (np.asfortranarray(normal(rng, 3, 4)),))
def fortran_input(a):
    """an argument in column order"""
    s = 0.0
    for i in range(3):
        for j in range(4):
            s += math.sin(a[i, j]) * (i + 1)
    a[1, 1] = a[0, 0] * a[2, 3]
    return s * a[1, 1]


@program(args=lambda rng: (normal(rng, 16)[::2], normal(rng, 6, 8)[1::2, ::3]))
def strided_inputs(x, a):
    """arguments that are strided views"""
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] * x[i + j] ** 2
    return s


@program(args=lambda rng: (normal(rng, 8)[::-1], normal(rng, 3, 4)[:, ::-1]))
def reversed_inputs(x, a):
    """arguments with negative strides, one of them written"""
    x[2] = x[0] * x[1]
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2 * (i + 1)
    return s * a[0, 3] + np.sum(a * a)


@program(args=lambda rng: (_single(positive(rng, 7)),), single=True)
def single_loop(x):
    """a float32 loop with a carried float32 scalar"""
    s = np.float32(0.0)
    for i in range(len(x)):
        s += x[i] * x[i] * np.float32(0.5)
    return s * x[0]


@program(args=lambda rng: (_single(normal(rng, 3, 4)), _single(normal(rng, 4))), single=True)
def single_layer(w, x):
    """a float32 layer with tanh, arrays of the argument's dtype"""
    h = np.zeros(w.shape[0], x.dtype)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            h[i] += w[i, j] * x[j]
        h[i] = np.tanh(h[i])
    return np.sum(h * h)


@program(args=lambda rng: (_single(positive(rng, 8)),), single=True)
def single_in_place(y):
    """a float32 recurrence in place and a float32 expression"""
    for i in range(1, len(y)):
        y[i] = y[i] * y[i - 1]
    return np.sum(np.sqrt(y) + y * y)


@program(args=lambda rng: (np.float32(0.7), _single(normal(rng, 4))), single=True)
def single_scalar(c, x):
    """a float32 scalar argument beside a float32 array"""
    s = c
    for v in x:
        s = s * c + v * v
    return s


@program(
    args=lambda rng: ((normal(rng, 4) + 1j * normal(rng, 4)).astype(np.complex64),), single=True
)
def single_complex(z):
    """complex64 with a float32 result"""
    s = np.float32(0.0)
    for i in range(len(z)):
        w = z[i] * z[i - 1]
        s += w.real * w.real + z[i].imag
    return s


@program(args=lambda rng: (_single(positive(rng, 6)), positive(rng, 6)), rtol=1e-5)
def mixed_precision(x, y):
    """float32 times float64: each gradient keeps its own width"""
    s = 0.0
    for i in range(len(x)):
        s += x[i] * y[i] ** 2
    return s * s


@program(args=lambda rng: (normal(rng, 5) + 1j * normal(rng, 5),))
def complex_energy(z):
    """the energy of a complex vector"""
    s = 0.0
    for i in range(len(z)):
        s += z[i].real ** 2 + 2.0 * z[i].imag ** 2 + (z[i] * z[i - 1]).real
    return s


@program(args=lambda rng: (normal(rng, 4) + 1j * normal(rng, 4), normal(rng, 4)))
def complex_times_real(z, x):
    """a complex vector times a real one: the real one keeps a real gradient"""
    w = z * x
    s = 0.0
    for i in range(len(w)):
        s += abs(w[i]) ** 2 + (w[i] * np.exp(0.3j * x[i])).imag
    return s


@program(args=lambda rng: (normal(rng, 6),))
def fourier_by_hand(x):
    """a discrete Fourier transform written out, its power weighted"""
    n = len(x)
    s = 0.0
    for k in range(n):
        c = 0.0j
        for j in range(n):
            c += x[j] * np.exp(-2j * math.pi * k * j / n)
        s += (c * c.conjugate()).real * (k + 1)
    return s


@program(
    args=lambda rng: (
        normal(rng, 3, 3) + 1j * normal(rng, 3, 3),
        normal(rng, 3) + 1j * normal(rng, 3),
    )
)
def complex_quadratic_form(a, z):
    """z^H A z by loops, its real part squared"""
    s = 0.0 + 0.0j
    for i in range(3):
        for j in range(3):
            s += np.conj(z[i]) * a[i, j] * z[j]
    return s.real**2 + s.imag


@program(args=lambda rng: (np.array(1.4),))
def zero_dimensional(x):
    """a 0-d array read and written with an empty index"""
    y = x[()] ** 2
    x[()] = y * 3.0
    return x[()] * y


@program(args=lambda rng: (np.empty(0), 1.3))
def empty_input(x, c):
    """an empty array: its gradient is empty, the scalar's is not"""
    s = c * c
    for i in range(len(x)):
        s += x[i]
    return s + np.sum(x * x)


@program(args=lambda rng: (normal(rng, 1, 1),))
def single_element(a):
    """an array of one element"""
    return a[0, 0] ** 2 + np.sum(a) * a[-1, -1]


@program(args=lambda rng: (normal(rng, 3, 4),))
def shape_arithmetic(a):
    """shapes, sizes and ranks as numbers in the formula"""
    n, m = a.shape
    return a[n - 1, m - 1] ** 2 * a.size + a[0, 0] * a.ndim / len(a) + a.sum() / (n * m)


@program(
    args=lambda rng: (normal(rng, 5), np.array([3, 1, 4, 0]), np.array([True, False, True, True]))
)
def integer_and_boolean_arrays(x, index, mask):
    """an integer array as index and exponent, a boolean array as condition"""
    s = 0.0
    for k in range(len(index)):
        if mask[k]:
            s += x[index[k]] ** 2 + (1.5 + x[k] ** 2) ** index[k] / 20
    return s


@program(args=lambda rng: (normal(rng, 3, 4),))
def ellipsis_and_newaxis(a):
    """ellipsis in reads and writes"""
    s = a[..., 0]
    t = a[1, ...]
    t[...] = t * 2.0
    return np.sum(s * s) + np.sum(t)
