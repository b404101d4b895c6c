"""Calibrate a predator-prey model to the fur trade's records of hares and lynxes.

The Hudson Bay Company counted hare and lynx pelts (in thousands) each year from 1900 to 1920.
The Lotka-Volterra model says

    hare' = (alpha - beta * lynx) * hare
    lynx' = (delta * hare - gamma) * lynx

Its four rates, the two initial populations and the spread of the log-normal counting errors of
each species are fitted by maximum likelihood. Every evaluation integrates 10,000 Runge-Kutta
steps, and `adcomp.value_and_gradient` differentiates through all of them.

Run it with ``make run``, or ``python examples/predator_prey.py [plot.png]``.
"""

import math
import statistics
import sys
import time
from itertools import zip_longest
from pathlib import Path

import matplotlib
import numpy as np
from numba import njit
from scipy.optimize import minimize
from tqdm import tqdm

import adcomp

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of a backend)

YEARS = np.arange(1900, 1921)
HARE = np.array(
    [30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1]
    + [40.3, 57, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7]
)
LYNX = np.array(
    [4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4]
    + [8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6]
)
STEPS_PER_YEAR = 500

# All parameters are positive, so their logarithms are fitted.
NAMES = ("alpha", "beta", "gamma", "delta")
NAMES += ("hare in 1900", "lynx in 1900", "sigma hare", "sigma lynx")
START = np.log([0.6, 0.03, 0.9, 0.03, 25.0, 5.0, 0.5, 0.5])
# Rates of a Bayesian fit, whose priors pull them a little away from ours: B. Carpenter,
# "Predator-Prey Population Dynamics: the Lotka-Volterra model in Stan", 2018.
PUBLISHED = ("0.55", "0.028", "0.80", "0.024")


# --- the model: ordinary Numba code ------------------------------------------------------------


@njit
def growth(hare, lynx, alpha, beta, gamma, delta):
    return (alpha - beta * lynx) * hare, (delta * hare - gamma) * lynx


@njit
def step(hare, lynx, dt, alpha, beta, gamma, delta):
    """One step of the classical Runge-Kutta method."""
    h1, l1 = growth(hare, lynx, alpha, beta, gamma, delta)
    h2, l2 = growth(hare + 0.5 * dt * h1, lynx + 0.5 * dt * l1, alpha, beta, gamma, delta)
    h3, l3 = growth(hare + 0.5 * dt * h2, lynx + 0.5 * dt * l2, alpha, beta, gamma, delta)
    h4, l4 = growth(hare + dt * h3, lynx + dt * l3, alpha, beta, gamma, delta)
    hare = hare + dt / 6 * (h1 + 2 * h2 + 2 * h3 + h4)
    lynx = lynx + dt / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
    return hare, lynx


@njit
def negative_log_likelihood(log_params, hare_data, lynx_data, steps_per_year):
    alpha, beta = math.exp(log_params[0]), math.exp(log_params[1])
    gamma, delta = math.exp(log_params[2]), math.exp(log_params[3])
    hare, lynx = math.exp(log_params[4]), math.exp(log_params[5])
    sigma_hare, sigma_lynx = math.exp(log_params[6]), math.exp(log_params[7])
    dt = 1.0 / steps_per_year
    years = len(hare_data)
    total = years * (log_params[6] + log_params[7])
    for year in range(years):
        if year > 0:
            for _ in range(steps_per_year):
                hare, lynx = step(hare, lynx, dt, alpha, beta, gamma, delta)
        z_hare = math.log(hare_data[year] / hare) / sigma_hare
        z_lynx = math.log(lynx_data[year] / lynx) / sigma_lynx
        total += 0.5 * (z_hare**2 + z_lynx**2)
    return total


value_and_gradient = adcomp.value_and_gradient(negative_log_likelihood)


# --- the fit -----------------------------------------------------------------------------------


def fit(data):
    """Minimise the negative log-likelihood; a progress bar follows it down."""
    with tqdm(desc="calibrating", unit=" iterations") as bar:

        def progress(intermediate_result):
            value = f"negative log-likelihood {intermediate_result.fun:.6f}"
            bar.set_postfix_str(value, refresh=False)
            bar.update()

        return minimize(
            value_and_gradient, START, args=data, jac=True, method="BFGS", callback=progress
        )


def central_differences(log_params, data, h=1e-5):
    gradient = np.empty_like(log_params)
    for i in range(log_params.size):
        ahead, behind = log_params.copy(), log_params.copy()
        ahead[i] += h
        behind[i] -= h
        change = negative_log_likelihood(ahead, *data) - negative_log_likelihood(behind, *data)
        gradient[i] = change / (2 * h)
    return gradient


def check_gradient(data):
    """Compare with central differences where the gradient is large: at the start."""
    exact = value_and_gradient(START, *data)[1]
    approximate = central_differences(START, data)
    error = np.linalg.norm(exact - approximate) / np.linalg.norm(approximate)
    print("\nGradient at the start, against central differences")
    for name, a, b in zip(NAMES, exact, approximate, strict=True):
        print(f"  log {name:<13}{a:>16.8f}{b:>16.8f}")
    print(f"  relative error {error:.1e}")
    if not error < 1e-6:
        raise SystemExit("the gradient disagrees with finite differences")


def report_fit(result):
    print(f"\nFit after {result.nit} iterations and {result.nfev} gradients: {result.message}")
    print(f"  {'':<15}{'fitted':>10}{'published':>12}")
    rows = zip_longest(NAMES, np.exp(result.x), PUBLISHED, fillvalue="")
    for name, value, published in rows:
        print(f"  {name:<15}{value:>10.4f}{published:>12}")


def median_time(function, *args, repeats=51):
    """Median of the wall-clock seconds of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def report_times(log_params, data):
    steps = (len(YEARS) - 1) * STEPS_PER_YEAR
    primal = median_time(negative_log_likelihood, log_params, *data)
    rows = [
        ("likelihood", primal),
        ("likelihood and gradient", median_time(value_and_gradient, log_params, *data)),
        ("central differences", median_time(central_differences, log_params, data)),
    ]
    print(f"\nMedian times, {steps:,} Runge-Kutta steps, {log_params.size} parameters")
    for name, seconds in rows:
        print(f"  {name:<25}{seconds * 1e3:>8.3f} ms{seconds / primal:>8.1f} x likelihood")


# --- the plot ----------------------------------------------------------------------------------


@njit
def trajectory(log_params, points, steps_per_point, dt):
    alpha, beta, gamma, delta, hare, lynx = np.exp(log_params[:6])
    populations = np.empty((points, 2))
    for point in range(points):
        populations[point, 0] = hare
        populations[point, 1] = lynx
        for _ in range(steps_per_point):
            hare, lynx = step(hare, lynx, dt, alpha, beta, gamma, delta)
    return populations


def plot(log_params, path):
    per_year = 25
    points = (len(YEARS) - 1) * per_year + 1
    steps = STEPS_PER_YEAR // per_year
    populations = trajectory(log_params, points, steps, 1 / STEPS_PER_YEAR)
    times = np.linspace(YEARS[0], YEARS[-1], points)
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    series = (("hare", HARE, "tab:blue", 6), ("lynx", LYNX, "tab:red", 7))
    for column, (name, data, colour, log_sigma) in enumerate(series):
        curve = populations[:, column]
        spread = np.exp(np.exp(log_params[log_sigma]))
        axes.fill_between(times, curve / spread, curve * spread, color=colour, alpha=0.15, lw=0)
        axes.plot(times, curve, color=colour, label=f"{name}, fitted (band: one sigma)")
        axes.plot(YEARS, data, "o", color=colour, label=f"{name}, counted")
    axes.set(ylabel="pelts (thousands)", ylim=(0, 105), xticks=YEARS[::2])
    axes.set_title("Hudson Bay pelts and the calibrated Lotka-Volterra model")
    axes.legend(ncols=2)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"\nPlot: {path}")


def main():
    default = Path(__file__).resolve().parent.parent / "build" / "predator_prey.png"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    data = (HARE, LYNX, STEPS_PER_YEAR)
    print("Compiling the likelihood and its gradient ...", flush=True)
    start = time.perf_counter()
    negative_log_likelihood(START, *data)
    primal = time.perf_counter() - start
    value_and_gradient(START, *data)
    gradient = time.perf_counter() - start - primal
    print(f"  first call: {primal:.1f} s for the likelihood, {gradient:.1f} s for the gradient")
    check_gradient(data)
    print(flush=True)
    result = fit(data)
    report_fit(result)
    report_times(result.x, data)
    plot(result.x, path)


if __name__ == "__main__":
    main()
