"""Straight-line programs on scalars: arithmetic, powers, math and NumPy scalar functions."""

import cmath
import math

import numpy as np

from ._registry import program


@program(args=lambda rng: (1.3,))
def square(x):
    """one product of a name with itself"""
    return x * x


@program(args=lambda rng: (1.3, -0.7, 2.1))
def arithmetic(a, b, c):
    """the four operations and unary minus and plus"""
    return a * b - c / a + -b / (c + +a)


@program(args=lambda rng: (0.8,))
def constant_mix(x):
    """constants on either side of every operator"""
    return 3.0 - x + 2.0 / x - x / 4.0 + (1.0 - x) * 0.5 + 7.0


@program(args=lambda rng: (1.7,))
def integer_powers(x):
    """literal integer exponents, also negative, zero and one"""
    return x**2 + x**3 - x**-1 + x**-2 + x**0 + x**1 + x**7 / 50.0


@program(args=lambda rng: (-1.4, 3))
def integer_power_argument(x, n):
    """a negative base with an exponent that is an integer variable"""
    return x**n + x ** (n - 1) * 0.5


@program(args=lambda rng: (1.7, 0.6))
def real_powers(x, y):
    """base and exponent both active, and half-integer literals"""
    return x**y + y**x + x**0.5 + y**1.5 + 2.0**x


@program(args=lambda rng: (1.7, 0.6))
def power_functions(x, y):
    """the function spellings of the power"""
    return math.pow(x, y) + np.power(y, x) + pow(x, 3) + np.float_power(x, y)


@program(args=lambda rng: (1.3, 4))
def mixed_int_float(x, n):
    """integers promoted to floats in a chain"""
    m = n * n - 3
    return n * x + m / x - x * (n // 3) + (n % 3) * x * x


@program(args=lambda rng: (0.9, 7, 2))
def integer_division(x, n, k):
    """true division of integers gives a coefficient, floor division an exponent"""
    return (n / k) * math.sin(x) + x ** (n // k) + (n - k) / (n + k) * x


@program(args=lambda rng: (0.7, 1.9))
def math_trigonometry(x, y):
    """the trigonometric functions of math and their inverses"""
    return (
        math.sin(x) * math.cos(y)
        + math.tan(x)
        + math.asin(x / 2)
        - math.acos(x / 3)
        + math.atan(y) * math.atan2(x, y)
    )


@program(args=lambda rng: (0.7, 1.9))
def math_hyperbolic(x, y):
    """the hyperbolic functions of math and their inverses"""
    return (
        math.sinh(x)
        + math.cosh(y) * math.tanh(x)
        + math.asinh(y)
        + math.acosh(y)
        - math.atanh(x / 2)
    )


@program(args=lambda rng: (0.7, 1.9))
def math_exponentials(x, y):
    """exponentials and logarithms of math in every base"""
    return (
        math.exp(-x)
        + math.expm1(x)
        + math.log(y) * math.log1p(x)
        + math.log2(y)
        - math.log10(x)
        + math.sqrt(y)
    )


@program(args=lambda rng: (0.7, 2.3))
def math_special(x, y):
    """error functions, gamma and its logarithm"""
    return math.erf(x) + math.erfc(y / 3) + math.gamma(y) * 0.3 + math.lgamma(x + y)


@program(args=lambda rng: (0.7, -1.9))
def math_geometry(x, y):
    """hypot, fabs, copysign, degrees and radians away from their kinks"""
    return (
        math.hypot(x, y)
        + math.fabs(y) * x
        + math.copysign(x, y)
        + math.degrees(x) / 50
        + math.radians(y)
        + abs(y)
    )


@program(args=lambda rng: (0.7, 1.9))
def numpy_trigonometry(x, y):
    """the trigonometric NumPy functions on scalars"""
    return (
        np.sin(x)
        + np.cos(y) * np.tan(x)
        + np.arcsin(x / 2)
        + np.arccos(x / 3) * np.arctan(y)
        + np.arctan2(y, x)
    )


@program(args=lambda rng: (0.7, 1.9))
def numpy_hyperbolic(x, y):
    """the hyperbolic NumPy functions on scalars"""
    return np.sinh(x) + np.cosh(x) * np.tanh(y) + np.arcsinh(y) - np.arccosh(y) + np.arctanh(x / 2)


@program(args=lambda rng: (0.7, 1.9))
def numpy_exponentials(x, y):
    """exponentials, logarithms and roots of NumPy on scalars"""
    return (
        np.exp(x)
        - np.exp2(y)
        + np.expm1(x) * np.log(y)
        + np.log1p(x)
        + np.log2(y)
        + np.log10(x)
        + np.sqrt(y)
        + np.cbrt(y)
    )


@program(args=lambda rng: (0.7, -1.9))
def numpy_simple(x, y):
    """square, reciprocal, absolute, negative, degree conversions"""
    return (
        np.square(x)
        + np.reciprocal(y)
        + np.absolute(y)
        + np.negative(x) * np.abs(y)
        + np.deg2rad(x)
        + np.rad2deg(y) / 40
    )


@program(args=lambda rng: (0.7, 1.9))
def numpy_binary(x, y):
    """hypot, logaddexp, maximum and minimum of distinct numbers"""
    return (
        np.hypot(x, y) * np.logaddexp(x, y)
        + np.maximum(x, y) * np.minimum(x, y) ** 2
        + np.fmax(x, 0.1)
        + np.fmin(y, 9.0)
    )


@program(args=lambda rng: (0.7, 1.9, -0.4))
def builtin_extrema(x, y, z):
    """max and min with two and three arguments"""
    return max(x, y) * min(x, z) + max(x, y, z) ** 2 - min(z, y, 0.5) * x


@program(args=lambda rng: (2.3, 0.7))
def remainders(x, y):
    """the remainder operator between its jumps, for both arguments"""
    return x % y * 3.0 + (x % 1.0) ** 2 + np.mod(-x, y) * y


@program(args=lambda rng: (2.3,))
def rounding(x):
    """floor, ceil and int have zero derivative and their results scale the rest"""
    return math.floor(x) * x + math.ceil(x) * x**2 + int(x) * math.sin(x) + np.floor(x) * x


@program(args=lambda rng: (2.3,), flat=(0,))
def rounded_only(x):
    """a result that depends on the input through floor alone: the gradient is zero"""
    return math.floor(x) * 2.0 + 1.0


@program(args=lambda rng: (0.4, 1.1), flat=(1,))
def unused_argument(x, y):
    """an argument that never reaches the result"""
    z = y * 3.0
    w = x * x
    z = w
    return z


@program(args=lambda rng: (0.37,))
def deep_chain(x):
    """a long chain of nested calls in one expression"""
    return math.log(
        1.0 + math.exp(math.sin(math.sqrt(1.0 + math.cos(math.tanh(x * x) + 0.5) ** 2)))
    )


@program(args=lambda rng: (0.37, 1.2))
def name_reuse(x, y):
    """one name bound again and again, also through augmented assignment"""
    x = x * y
    x += math.sin(x)
    x *= x - y
    x -= 1.0 / (2.0 + x)
    x /= 1.0 + y * y
    x **= 2
    return x


@program(args=lambda rng: (0.6, 1.4))
def shared_subexpression(x, y):
    """one intermediate read many times"""
    s = math.exp(x * y)
    t = s * s + s
    return t * s + t / s + math.log(s) * t


@program(args=lambda rng: (0.8, -0.3))
def chained_assignment(x, y):
    """a = b = expression, and a later change of only one of the names"""
    a = b = x * y + 1.0
    a = a * x
    return a * b + b**3


@program(args=lambda rng: (1.2 + 0.7j,))
def complex_scalar(z):
    """complex arithmetic with a real result"""
    w = z * z - 2.0 * z + 1.5j / z
    return w.real * w.imag + abs(w) + (z.conjugate() * w).real


@program(args=lambda rng: (0.6, -0.8))
def complex_from_real(x, y):
    """complex numbers inside a program of real arguments"""
    z = complex(x, y)
    w = z * (1.0 + 2.0j) + 0.5j
    return (w * w).imag + abs(w) * x


@program(args=lambda rng: (0.6 - 0.5j, 1.3))
def complex_functions(z, t):
    """cmath functions, the angle, and a real factor beside a complex one"""
    return (
        (cmath.exp(z * t) + cmath.sin(z)).real
        + cmath.phase(z) * t
        + cmath.sqrt(z).imag
        + cmath.log(z).real
    )


@program(args=lambda rng: (0.6, 1.3))
def annotated(x: float, y: float, n: int = 3) -> float:
    """annotations on arguments, result and locals"""
    z: float = x * y
    w: float
    w = z**n
    return z + w


@program(args=lambda rng: (0.6, 2))
def typed_casts(x, n):
    """float() of an integer and of a float, and a boolean used as a number"""
    positive = x > 0.0
    return float(n) * x + float(x) ** 2 + positive * x
