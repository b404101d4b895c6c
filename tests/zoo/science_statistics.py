"""Programs of thirty to sixty lines: likelihoods, filters, finance and learning."""

import math

import numpy as np
from numba import njit

from ._registry import normal, positive, program


@njit
def normal_cdf(x):
    """The standard normal distribution function."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


@program(args=lambda rng: (100.0, 95.0, 0.7, 0.03, 0.25))
def black_scholes(spot, strike, years, rate, volatility):
    """price of a call option from the error function"""
    root = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / root
    d2 = d1 - root
    discount = math.exp(-rate * years)
    call = spot * normal_cdf(d1) - strike * discount * normal_cdf(d2)
    put = call - spot + strike * discount
    return call + 0.5 * put


@program(
    args=lambda rng: (normal(rng, 3), 0.2, normal(rng, 8, 3), np.array([1, 0, 1, 1, 0, 0, 1, 0]))
)
def logistic_regression(w, bias, x, label):
    """negative log-likelihood with a stable softplus and a ridge"""
    loss = 0.0
    for i in range(x.shape[0]):
        margin = bias
        for j in range(x.shape[1]):
            margin += x[i, j] * w[j]
        if margin > 0.0:
            softplus = margin + math.log1p(math.exp(-margin))
        else:
            softplus = math.log1p(math.exp(margin))
        loss += softplus - label[i] * margin
    ridge = 0.0
    for j in range(len(w)):
        ridge += w[j] ** 2
    return loss / x.shape[0] + 0.05 * ridge


@program(
    args=lambda rng: (normal(rng, 3), normal(rng, 3, 2), 0.3 * normal(rng, 3, 2), normal(rng, 6, 2))
)
def gaussian_mixture(logits, means, log_scales, data):
    """log-likelihood of a small mixture with diagonal covariance"""
    components, dimensions = means.shape
    top = np.max(logits)
    normaliser = top + math.log(np.sum(np.exp(logits - top)))
    total = 0.0
    terms = np.empty(components)
    for n in range(data.shape[0]):
        for k in range(components):
            q = logits[k] - normaliser
            for d in range(dimensions):
                z = (data[n, d] - means[k, d]) * math.exp(-log_scales[k, d])
                q -= 0.5 * z * z + log_scales[k, d] + 0.5 * math.log(2.0 * math.pi)
            terms[k] = q
        m = terms.max()
        s = 0.0
        for k in range(components):
            s += math.exp(terms[k] - m)
        total += m + math.log(s)
    return total


@program(args=lambda rng: (0.9, 0.3, 0.5, normal(rng, 10)))
def kalman_scalar(a, q, r, observed):
    """likelihood of a scalar state-space model, one missing observation skipped"""
    mean = 0.0
    variance = 1.0
    log_likelihood = 0.0
    for t in range(len(observed)):
        mean = a * mean
        variance = a * a * variance + q * q
        if t == 4:
            continue
        innovation = observed[t] - mean
        s = variance + r * r
        gain = variance / s
        mean = mean + gain * innovation
        variance = (1.0 - gain) * variance
        log_likelihood -= 0.5 * (math.log(2.0 * math.pi * s) + innovation * innovation / s)
    return log_likelihood


@program(
    args=lambda rng: (
        np.eye(2) * 0.9 + 0.1 * normal(rng, 2, 2),
        np.array([0.3, 0.5]),
        0.4,
        normal(rng, 6),
    )
)
def kalman_matrix(f, q, r, observed):
    """a two-dimensional filter with matrix products, rebound arrays in a loop"""
    x = np.zeros(2)
    p = np.eye(2)
    h = np.array([1.0, 0.5])
    cost = 0.0
    for t in range(len(observed)):
        x = f @ x
        p = f @ p @ f.T
        for i in range(2):
            p[i, i] += q[i] ** 2
        ph = p @ h
        s = np.dot(h, ph) + r * r
        e = observed[t] - np.dot(h, x)
        k = ph / s
        x = x + k * e
        p = p - np.outer(k, ph)
        cost += math.log(s) + e * e / s
    return 0.5 * cost


@program(args=lambda rng: (normal(rng, 3, 3), normal(rng, 3, 4), np.array([0, 3, 1, 1, 2, 0, 3])))
def hmm_forward(transition, emission, symbols):
    """the forward algorithm with rows normalised by softmax and a scaled message"""
    n = transition.shape[0]
    a = np.empty_like(transition)
    b = np.empty_like(emission)
    for i in range(n):
        e = np.exp(transition[i] - np.max(transition[i]))
        a[i] = e / np.sum(e)
        e = np.exp(emission[i] - np.max(emission[i]))
        b[i] = e / np.sum(e)
    message = np.full(n, 1.0 / n)
    log_likelihood = 0.0
    for t in range(len(symbols)):
        forward = np.zeros(n)
        for j in range(n):
            for i in range(n):
                forward[j] += message[i] * a[i, j]
            forward[j] *= b[j, symbols[t]]
        scale = forward.sum()
        log_likelihood += math.log(scale)
        message = forward / scale
    return log_likelihood


@program(args=lambda rng: (0.1, 0.15, 0.7, normal(rng, 12)))
def garch_likelihood(omega, alpha, beta, returns):
    """a volatility recurrence whose state enters the likelihood"""
    variance = omega / (1.0 - 0.5 * alpha - 0.5 * beta)
    loss = 0.0
    previous = 0.0
    for t in range(len(returns)):
        variance = omega + alpha * previous * previous + beta * variance
        loss += math.log(variance) + returns[t] ** 2 / variance
        previous = returns[t]
    return 0.5 * loss


@program(
    args=lambda rng: (0.4 * normal(rng, 4, 4), normal(rng, 4), np.array([1.0, -1.0, -1.0, 1.0]))
)
def ising_energy(coupling, field, spins):
    """energy and mean-field magnetisation of a small spin system"""
    n = len(spins)
    energy = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            energy -= 0.5 * (coupling[i, j] + coupling[j, i]) * spins[i] * spins[j]
        energy -= field[i] * spins[i]
    m = np.zeros(n)
    for _ in range(4):
        for i in range(n):
            local = field[i]
            for j in range(n):
                if j != i:
                    local += coupling[i, j] * m[j]
            m[i] = math.tanh(0.7 * local)
    return energy + np.sum(m * m)


@program(args=lambda rng: (1.1, 0.6, 0.2, np.linspace(0.0, 2.0, 5), normal(rng, 5)))
def gaussian_process(scale, length, noise, x, y):
    """marginal likelihood: kernel matrix, Cholesky by hand, forward substitution"""
    n = len(x)
    k = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            d = (x[i] - x[j]) / length
            k[i, j] = scale * scale * math.exp(-0.5 * d * d)
        k[i, i] += noise * noise
    for j in range(n):
        for p in range(j):
            for i in range(j, n):
                k[i, j] -= k[i, p] * k[j, p]
        k[j, j] = math.sqrt(k[j, j])
        for i in range(j + 1, n):
            k[i, j] /= k[j, j]
    z = y.copy()
    value = 0.0
    for i in range(n):
        for j in range(i):
            z[i] -= k[i, j] * z[j]
        z[i] /= k[i, i]
        value += 0.5 * z[i] * z[i] + math.log(k[i, i])
    return value


@program(args=lambda rng: (100.0, 0.2, 0.05, positive(rng, 1)[0] * 20 + 90.0))
def binomial_option(spot, volatility, rate, strike):
    """an American put on a binomial tree, values overwritten backwards"""
    steps = 8
    dt = 1.0 / steps
    up = math.exp(volatility * math.sqrt(dt))
    down = 1.0 / up
    p = (math.exp(rate * dt) - down) / (up - down)
    discount = math.exp(-rate * dt)
    value = np.zeros(steps + 1)
    for i in range(steps + 1):
        value[i] = max(strike - spot * up ** (2 * i - steps), 0.0)
    for n in range(steps - 1, -1, -1):
        for i in range(n + 1):
            hold = discount * (p * value[i + 1] + (1.0 - p) * value[i])
            exercise = strike - spot * up ** (2 * i - n)
            value[i] = hold if hold > exercise else exercise
    return value[0]


@program(args=lambda rng: (normal(rng, 5, 3), normal(rng, 3, 3), normal(rng, 3, 3)))
def attention(x, wq, wk):
    """scaled dot-product attention row by row"""
    q = x @ wq
    k = x @ wk
    n, d = x.shape
    out = np.zeros((n, d))
    for i in range(n):
        scores = (k @ q[i]) / math.sqrt(d)
        e = np.exp(scores - np.max(scores))
        p = e / np.sum(e)
        for j in range(n):
            out[i] += p[j] * x[j]
    return np.sum(out * out * out)
