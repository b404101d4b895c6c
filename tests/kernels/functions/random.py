"""Cases of random numbers, all from one seed."""

from ._cases import Case, cases


def drawn(text: str) -> Case:
    """After a seed; NumPy's generator, which runs the text in Python, has another state."""
    return Case(f"np.random.seed(3); {text}", single=None, strided=False)


CASES = cases({
    "np.random.normal": [drawn("np.random.normal(s, t)"), drawn("np.random.normal(s)"),
                         drawn("np.random.normal(scale=t, loc=s)"), drawn("np.random.normal(s, t, 4)"),
                         drawn("np.random.normal(s, t, size=(2, 3))")],
    "np.random.uniform": [drawn("np.random.uniform(s, t)"), drawn("np.random.uniform(s, t, 4)")],
    "np.random.lognormal": [drawn("np.random.lognormal(s, t)"), drawn("np.random.lognormal(s, t, 4)")],
    "np.random.laplace": [drawn("np.random.laplace(s, t, 4)")],
    "np.random.logistic": [drawn("np.random.logistic(s, t, 4)")],
    "np.random.gumbel": [drawn("np.random.gumbel(s, t, 4)")],
    "np.random.exponential": [drawn("np.random.exponential(s)"), drawn("np.random.exponential(s, 4)")],
    "np.random.rayleigh": [drawn("np.random.rayleigh(s, 4)")],
    "np.random.weibull": [drawn("np.random.weibull(s)"), drawn("np.random.weibull(s, 4)")],
    "np.random.power": [drawn("np.random.power(s, 4)")],
    "np.random.pareto": [drawn("np.random.pareto(s, 4)")],
    "np.random.triangular": [drawn("np.random.triangular(s, t, 2.1 * t, 8)")],
    "np.random.permutation": [drawn("np.random.permutation(x)"), drawn("np.random.permutation(X)")],
    "np.random.shuffle": [drawn("y = x * s; np.random.shuffle(y); y")],
    "np.random.choice": [drawn("np.random.choice(x)"), drawn("np.random.choice(x, 4)"),
                         drawn("np.random.choice(x, 4, False)")],
    "np.random.standard_normal": [drawn("np.random.standard_normal(3) * s"),
                                  drawn("np.random.randn(2, 2) * s")],
})
