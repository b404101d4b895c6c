"""Programs over ``np.linalg`` that tests differentiate, each with arguments to begin from."""

import numpy as np

import adcomp.linalg


def weigh(y):
    """A real number that every element of a matrix has its own part in."""
    total = 0.0
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            v = y[i, j] * (1.0 + 0.3 * i - 0.7 * j) * (1 + 0.2j)
            total += v.real + (v * v).real
    return total


def weigh_vector(y):
    total = 0.0
    for i in range(y.shape[0]):
        v = y[i] * (1.0 + 0.3 * i) * (1 + 0.2j)
        total += v.real + (v * v).real
    return total


def weigh_sizes(y):
    """The same for columns that are turned by any phase."""
    total = 0.0
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            total += abs(y[i, j]) ** 2 * (1.0 + 0.3 * i * j - 0.1 * i * i * j)
    return total


# Arguments ----------------------------------------------------------------------------------------


def normal(rng, dtype, *shape):
    x = rng.normal(size=shape)
    if np.issubdtype(dtype, np.complexfloating):
        x = x + 1j * rng.normal(size=shape)
    return x.astype(dtype)


def definite(rng, dtype, n):
    a = normal(rng, dtype, n, n)
    return (a @ a.conj().T + np.eye(n)).astype(dtype)


def spread(rng, dtype, n):
    """A matrix whose eigenvalues are real if it is real, and far apart."""
    return (0.2 * normal(rng, dtype, n, n) + 2 * np.diag(np.arange(n))).astype(dtype)


def triangle(rng, dtype, n):
    """Both triangles are full: what is not read has a gradient of zero."""
    return (0.3 * normal(rng, dtype, n, n) + np.eye(n)).astype(dtype)


# Programs -----------------------------------------------------------------------------------------

PROGRAMS = {}


def program(*makers):
    def register(f):
        PROGRAMS[f.__name__] = (f, makers)
        return f

    return register


def shaped(*shape):
    return lambda rng, dtype: normal(rng, dtype, *shape)


def of(make, n=4):
    return lambda rng, dtype: make(rng, dtype, n)


@program(shaped(4, 4), shaped(4))
def solve_vector(a, b):
    return weigh_vector(np.linalg.solve(a, b))


@program(shaped(4, 4), shaped(4, 3))
def solve_matrix(a, b):
    return weigh(np.linalg.solve(a, b))


@program(of(spread, 20), shaped(20, 12))
def solve_large(a, b):
    return weigh(np.linalg.solve(a + np.eye(20), b))


@program(shaped(4, 4))
def inv(a):
    return weigh(np.linalg.inv(a))


@program(shaped(4, 4))
def det(a):
    y = np.linalg.det(a) * (1 + 2j)
    return y.real + (y * y).real


@program(shaped(4, 4))
def slogdet(a):
    sign, log = np.linalg.slogdet(a)
    s = sign * (1 + 2j)
    return s.real + log * log + (s * s).real


@program(of(definite))
def cholesky(a):
    return weigh(np.linalg.cholesky(a))


@program(of(definite, 20))
def log_determinant(a):
    l = np.linalg.cholesky(a)
    total = 0.0
    for i in range(l.shape[0]):
        total += np.log(l[i, i].real)
    return total


@program(shaped(5, 3))
def qr_tall(a):
    q, r = np.linalg.qr(a)
    return weigh(q) + weigh(r)


@program(shaped(3, 5))
def qr_wide(a):
    q, r = np.linalg.qr(a)
    return weigh(q) + weigh(r)


@program(shaped(4, 4))
def qr_of_r_alone(a):
    q, r = np.linalg.qr(a)
    return weigh(r)


@program(of(definite))
def eigh(a):
    w, v = np.linalg.eigh(a)
    return weigh_sizes(v) + weigh_vector(w)


@program(of(definite))
def eigh_of_vectors_alone(a):
    w, v = np.linalg.eigh(a)
    return weigh_sizes(v)


@program(of(definite))
def eigvalsh(a):
    return weigh_vector(np.linalg.eigvalsh(a))


@program(of(spread))
def eig(a):
    w, v = np.linalg.eig(a)
    return weigh_sizes(v) + weigh_vector(w)


@program(of(spread))
def eigvals(a):
    return weigh_vector(np.linalg.eigvals(a))


@program(shaped(4, 4))
def svd_square(a):
    u, s, vh = np.linalg.svd(a)
    return weigh_sizes(u) + weigh_sizes(vh.T) + weigh_vector(s) + weigh((u * np.exp(-s)) @ vh)


@program(shaped(5, 3))
def svd_tall(a):
    u, s, vh = np.linalg.svd(a, 0)
    return weigh_sizes(u) + weigh_vector(s) + weigh((u * np.exp(-s)) @ vh)


@program(shaped(3, 5))
def svd_wide(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return weigh_sizes(vh.T) + weigh((u * np.exp(-s)) @ vh)


@program(shaped(3, 5))
def svd_values(a):
    u, s, vh = np.linalg.svd(a)
    return weigh_vector(s)


@program(shaped(5, 3))
def svd_full(a):
    """The vectors that are beyond the singular values: the space that they span."""
    u, s, vh = np.linalg.svd(a, full_matrices=True)
    beyond = np.ascontiguousarray(u[:, 3:])
    return weigh(beyond @ np.ascontiguousarray(np.conj(beyond.T))) + weigh_sizes(u[:, :3])


@program(shaped(5))
def norms_of_vector(x):
    n = np.linalg.norm
    return (n(x) + 2 * n(x, 2) + 3 * n(x, np.inf) + 4 * n(x, -np.inf) + 5 * n(x, 1) + 6 * n(x, 3)
            + n(x, 2.5) + n(x, -1.5) + n(x, 0.5) + n(x, 0))


@program(shaped(4, 3))
def norms_of_matrix(x):
    n = np.linalg.norm
    return (n(x) + 2 * n(x, 2) + 3 * n(x, -2) + 4 * n(x, np.inf) + 5 * n(x, -np.inf) + 6 * n(x, 1)
            + 7 * n(x, -1))


@program(shaped(4, 4))
def conditions(x):
    c = np.linalg.cond
    return (c(x) + 2 * c(x, 2) + 3 * c(x, -2) + 4 * c(x, 1) + 5 * c(x, -1) + 6 * c(x, np.inf)
            + 7 * c(x, -np.inf))


@program(shaped(4, 3))
def condition_of_tall(x):
    return np.linalg.cond(x)


@program(shaped(5, 3))
def pinv_tall(a):
    return weigh(np.linalg.pinv(a))


@program(shaped(3, 5))
def pinv_wide(a):
    return weigh(np.linalg.pinv(a))


@program(shaped(5, 3), shaped(5))
def lstsq_vector(a, b):
    x, residuals, rank, values = np.linalg.lstsq(a, b)
    return weigh_vector(x) + np.sum(residuals) + rank * weigh_vector(values)


@program(shaped(5, 3), shaped(5, 2))
def lstsq_matrix(a, b):
    x, residuals, rank, values = np.linalg.lstsq(a, b)
    return weigh(x) + weigh_vector(residuals)


@program(shaped(3, 5), shaped(3))
def lstsq_wide(a, b):
    return weigh_vector(np.linalg.lstsq(a, b)[0])


@program(shaped(4, 4))
def matrix_powers(a):
    p = np.linalg.matrix_power
    return (weigh(p(a, 5)) + weigh(p(a, -3)) + weigh(p(a, 1)) + weigh(p(a, 0)) + weigh(p(a, 6))
            + weigh(p(a, 3)))


@program(shaped(4, 3))
def traces(a):
    y = (np.trace(a) + np.trace(a, 1) ** 2 + np.trace(a, offset=-2) * 3) * (1 + 2j)
    return y.real


@program(shaped(3, 2), shaped(2, 3))
def kron_matrices(a, b):
    return weigh(np.kron(a, b))


@program(shaped(3), shaped(2))
def kron_vectors(a, b):
    return weigh_vector(np.kron(a, b))


@program(shaped(3), shaped(2, 3))
def kron_mixed(a, b):
    return weigh(np.kron(a, b)) + weigh(np.kron(b, a))


@program(shaped(3), shaped(3))
def cross_vectors(a, b):
    return weigh_vector(np.cross(a, b))


@program(shaped(4, 3), shaped(3))
def cross_rows(a, b):
    return weigh(np.cross(a, b)) + weigh(np.cross(b, a))


@program(shaped(4, 3), shaped(4, 2))
def cross_mixed(a, b):
    return weigh(np.cross(a, b)) + weigh(np.cross(b, a))


@program(of(triangle), shaped(4, 2))
def triangular_upper(a, b):
    return weigh(adcomp.linalg.solve_triangular(a, b))


@program(of(triangle), shaped(4))
def triangular_kinds(a, b):
    s = adcomp.linalg.solve_triangular
    return (weigh_vector(s(a, b, True)) + weigh_vector(s(a, b, True, trans=1))
            + weigh_vector(s(a, b, True, trans=2)) + weigh_vector(s(a, b, False, 1, True))
            + weigh_vector(s(a, b, lower=True, unit_diagonal=True)))


@program(of(definite), shaped(4, 2))
def cho_solve(a, b):
    return weigh(adcomp.linalg.cho_solve(np.linalg.cholesky(a), b))


@program(shaped(4, 4))
def exponentials(a):
    e = adcomp.linalg.expm
    return weigh(e(a * 1e-3)) + weigh(e(a * 0.05)) + weigh(e(a * 0.2)) + weigh(e(a * 0.5)) + weigh(e(a))


@program(shaped(4, 4))
def exponential_squared(a):
    return weigh(adcomp.linalg.expm(3 * a)) * 1e-6


# Derivatives --------------------------------------------------------------------------------------

STEP = 1e-4


def differences(f, args, k):
    """The gradient by central differences of the fourth order, of the real and of the imaginary part."""
    gradient = np.zeros(args[k].shape, args[k].dtype)
    for index in np.ndindex(gradient.shape):
        for unit in (1, 1j) if np.iscomplexobj(gradient) else (1,):
            def along(step):
                moved = [np.array(x) for x in args]
                moved[k][index] += step * unit
                return f(*moved)

            near, far = along(STEP) - along(-STEP), along(2 * STEP) - along(-2 * STEP)
            gradient[index] += unit * (8 * near - far) / (12 * STEP)
    return gradient


def laid_out(x, layout):
    """A copy in row-major or column-major order, or strided."""
    if layout == "F":
        return np.asfortranarray(x.copy())
    if layout == "A":
        larger = np.zeros(tuple(2 * n for n in x.shape), x.dtype)
        view = larger[tuple(slice(None, None, 2) for _ in x.shape)]
        view[...] = x
        return view
    return np.array(x, order="C")


def arguments(name, dtype, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(make(rng, dtype) for make in PROGRAMS[name][1])
