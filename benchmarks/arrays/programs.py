"""The programs, as a user of NumPy writes them, and as a user of JAX does."""

import numpy as np


def log_sum_exp(x):
    m = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        m[i] = np.max(x[i])
    return np.sum(np.log(np.sum(np.exp(x - m.reshape(-1, 1)), axis=1)) + m)


def cross_entropy(weights, x, labels):
    logits = x @ weights
    loss = 0.0
    for i in range(x.shape[0]):
        z = logits[i] - np.max(logits[i])
        loss += np.log(np.sum(np.exp(z))) - z[labels[i]]
    return loss / x.shape[0]


def rbf_kernel(x, length, weights):
    square = np.sum(x * x, axis=1)
    distance = square[:, None] + square[None, :] - 2.0 * (x @ x.T)
    return np.sum(weights * np.exp(-0.5 * distance / (length * length)))


def gaussian(x, mean, log_scale):
    z = (x - mean) / np.exp(log_scale)
    return np.sum(-0.5 * z * z - log_scale - 0.5 * np.log(2.0 * np.pi))


def layer_norm(x, scale, shift, weights):
    n = x.shape[1]
    centred = x - (np.sum(x, axis=1) / n)[:, None]
    variance = np.sum(centred * centred, axis=1) / n
    return np.sum(weights * (centred / np.sqrt(variance + 1e-5)[:, None] * scale + shift))


def perceptron(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    error = hidden @ w2 + b2 - y
    return 0.5 * np.sum(error * error) / x.shape[0]


def solve(a, b):
    x = np.linalg.solve(a, b)
    return np.sum(x * x)


def log_determinant(a):
    factor = np.linalg.cholesky(a)
    return 2.0 * np.sum(np.log(np.diag(factor)))


def eigenvectors(a, weights):
    values, vectors = np.linalg.eigh(a)
    return np.sum(values * values) + np.sum(weights * vectors * vectors)


def singular_values(a, weights):
    u, s, vt = np.linalg.svd(a, False)
    return np.sum(weights * s)


def running_sum(x, weights):
    return np.sum(weights * np.cumsum(x) ** 2)


def sorted_sum(x, weights):
    return np.sum(weights * np.sort(x) ** 2)


def convolution(x, kernel, weights):
    return np.sum(weights * np.convolve(x, kernel) ** 2)


def power_spectrum(x, weights):
    return np.sum(weights * np.abs(np.fft.fft(x)) ** 2)


def in_jax():
    """The same programs in JAX, in the form that it likes best."""
    import jax
    import jax.numpy as jnp

    def jax_cross_entropy(weights, x, labels):
        logits = jax.nn.log_softmax(x @ weights)
        return -jnp.mean(jnp.take_along_axis(logits, labels[:, None], axis=1))

    def jax_rbf_kernel(x, length, weights):
        square = jnp.sum(x * x, axis=1)
        distance = square[:, None] + square[None, :] - 2.0 * (x @ x.T)
        return jnp.sum(weights * jnp.exp(-0.5 * distance / (length * length)))

    def jax_gaussian(x, mean, log_scale):
        z = (x - mean) / jnp.exp(log_scale)
        return jnp.sum(-0.5 * z * z - log_scale - 0.5 * jnp.log(2.0 * jnp.pi))

    def jax_layer_norm(x, scale, shift, weights):
        centred = x - jnp.mean(x, axis=1, keepdims=True)
        variance = jnp.mean(centred * centred, axis=1, keepdims=True)
        return jnp.sum(weights * (centred / jnp.sqrt(variance + 1e-5) * scale + shift))

    def jax_perceptron(w1, b1, w2, b2, x, y):
        error = jnp.tanh(x @ w1 + b1) @ w2 + b2 - y
        return 0.5 * jnp.sum(error * error) / x.shape[0]

    def jax_solve(a, b):
        return jnp.sum(jnp.linalg.solve(a, b) ** 2)

    def jax_log_determinant(a):
        return 2.0 * jnp.sum(jnp.log(jnp.diag(jnp.linalg.cholesky(a))))

    def jax_eigenvectors(a, weights):
        values, vectors = jnp.linalg.eigh(a)
        return jnp.sum(values * values) + jnp.sum(weights * vectors * vectors)

    return {
        "log_sum_exp": lambda x: jnp.sum(jax.nn.logsumexp(x, axis=1)),
        "cross_entropy": jax_cross_entropy, "rbf_kernel": jax_rbf_kernel, "gaussian": jax_gaussian,
        "layer_norm": jax_layer_norm, "perceptron": jax_perceptron, "solve": jax_solve,
        "log_determinant": jax_log_determinant, "eigenvectors": jax_eigenvectors,
        "singular_values": lambda a, w: jnp.sum(w * jnp.linalg.svd(a, full_matrices=False)[1]),
        "running_sum": lambda x, w: jnp.sum(w * jnp.cumsum(x) ** 2),
        "sorted_sum": lambda x, w: jnp.sum(w * jnp.sort(x) ** 2),
        "convolution": lambda x, k, w: jnp.sum(w * jnp.convolve(x, k) ** 2),
        "power_spectrum": lambda x, w: jnp.sum(w * jnp.abs(jnp.fft.fft(x)) ** 2),
    }


# Arguments ----------------------------------------------------------------------------------------


def _normal(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


def _spd(n):
    a = _normal(n, n)
    return a @ a.T / n + np.eye(n)


#: programs of a symmetric matrix
SYMMETRIC = ("log_determinant", "eigenvectors")

#: name: (function, positions of what is differentiated, sizes, arguments of a size)
PROGRAMS = {
    "log_sum_exp": (log_sum_exp, 0, ((64, 16), (256, 64), (1024, 256)), lambda r, c: (_normal(r, c),)),
    "cross_entropy": (cross_entropy, 0, ((64, 16), (256, 64), (1024, 256)), lambda r, c: (
        _normal(c, 10), _normal(r, c), np.arange(r) % 10)),
    "rbf_kernel": (rbf_kernel, (0, 1), ((64, 8), (256, 16), (1024, 32)), lambda r, c: (
        _normal(r, c), 3.3, _normal(r, r))),
    "gaussian": (gaussian, (1, 2), ((64, 16), (256, 64), (1024, 256)), lambda r, c: (
        _normal(r, c), _normal(c), _normal(c) * 0.1)),
    "layer_norm": (layer_norm, (0, 1, 2), ((64, 16), (256, 64), (1024, 256)), lambda r, c: (
        _normal(r, c), _normal(c), _normal(c) + 1.0, _normal(r, c) * 0.5)),
    "perceptron": (perceptron, (0, 1, 2, 3), ((64, 16), (256, 64), (1024, 256)), lambda r, c: (
        _normal(c, c) / c**0.5, _normal(c), _normal(c, 8) / c**0.5, _normal(8), _normal(r, c),
        _normal(r, 8))),
    "solve": (solve, (0, 1), ((32,), (128,), (512,)), lambda n: (_normal(n, n) + n**0.5 * np.eye(n),
                                                                 _normal(n, 4))),
    "log_determinant": (log_determinant, 0, ((32,), (128,), (512,)), lambda n: (_spd(n),)),
    "eigenvectors": (eigenvectors, 0, ((32,), (128,), (512,)), lambda n: (_spd(n), _normal(n, n))),
    "singular_values": (singular_values, 0, ((32,), (128,), (512,)), lambda n: (_normal(n, n), _normal(n))),
    "running_sum": (running_sum, 0, ((1000,), (30_000,), (1_000_000,)), lambda n: (_normal(n), _normal(n))),
    "sorted_sum": (sorted_sum, 0, ((1000,), (30_000,), (1_000_000,)), lambda n: (_normal(n), _normal(n))),
    "convolution": (convolution, (0, 1), ((256, 16), (4096, 64), (65_536, 128)), lambda n, m: (
        _normal(n), _normal(m), _normal(n + m - 1))),
    "power_spectrum": (power_spectrum, 0, ((256,), (4096,), (262_144,)), lambda n: (
        _normal(n), _normal(n, 1).ravel())),
}
