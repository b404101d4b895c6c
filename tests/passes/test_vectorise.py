"""Which elementary functions become kernels, and that loops over them vectorise."""

import linecache
import math
import platform
import re

import numpy as np
import pytest

import adcomp

f8, f4 = np.float64, np.float32


def differentiated(f, *args, **options):
    """The gradient by the first argument, and its text, by vector kernels."""
    df = adcomp.gradient(f, cache=False, **options)
    return df(*args), df.source_for(*args), df


def calls(text):
    """The names of the kernels that a text calls."""
    return sorted(set(re.findall(r"\b(\w+?_?(?:32|64))\(", text)) - {"float32", "float64"})


# Dispatch by type ---------------------------------------------------------------------------------


def waves(x, y):
    s = x[0] * y[0]
    for i in range(x.size):
        s += np.exp(x[i]) * math.sin(y[i]) + np.hypot(x[i], y[i])
    return s


def test_each_type_has_its_kernels():
    x, y = np.linspace(0.1, 2, 200), np.linspace(3, 1, 200)
    wide, text, _ = differentiated(waves, x, y)
    assert calls(text) == ["exp64", "hypot64", "sin64"]
    narrow, text, _ = differentiated(waves, x.astype(f4), y.astype(f4))
    assert calls(text) == ["exp32", "hypot32", "sin32"]
    assert narrow.dtype == f4
    np.testing.assert_allclose(narrow, wide, rtol=1e-5)
    exact = adcomp.gradient(waves, math="libm", cache=False)
    np.testing.assert_allclose(wide, exact(x, y), rtol=1e-14)
    assert calls(exact.source_for(x, y)) == []


def test_two_arguments_of_different_types():
    """What Numba would convert to float64 is converted: a float32, and an integer."""
    def f(x, k):
        s = 0.0
        for i in range(x.size):
            s += x[i] ** 2.5 + np.arctan2(x[i], k[i]) + 2 ** x[i] + np.hypot(k[i], 1.5 * x[i])
        return s

    k = np.arange(1, 101)
    for x in (np.linspace(0.1, 2, 100), np.linspace(0.1, 2, 100, dtype=f4)):
        both = adcomp.value_and_gradient(f, cache=False)
        value, gradient = both(x, k)
        arctan2 = "arctan2_64" if x.dtype == f8 else "arctan2_32"  # of float32 and int64 it is a float32
        assert {"power_3_halves64", "pow64", arctan2, "hypot64"} <= set(calls(both.source_for(x, k)))
        expected, exact = adcomp.value_and_gradient(f, math="libm", cache=False)(x, k)
        np.testing.assert_allclose(value, expected, rtol=1e-13 if x.dtype == f8 else 1e-6)
        np.testing.assert_allclose(gradient, exact, rtol=1e-13 if x.dtype == f8 else 1e-6)
        w = x.astype(f8)
        expected = (2.5 * w**1.5 + k / (w**2 + k**2) + np.log(2) * 2**w
                    + 2.25 * w / np.hypot(k, 1.5 * w))
        np.testing.assert_allclose(gradient, expected, rtol=1e-12 if x.dtype == f8 else 1e-5)


def test_integers_and_complex_numbers_stay_as_they_are():
    def f(z, k):
        s = 0.0
        for i in range(z.size):
            s += abs(np.exp(z[i])) * np.exp(k[i])
        return s

    _, text, _ = differentiated(f, np.ones(3) + 0.5j, np.arange(3))
    assert "exp64" not in text and "np.exp" in text


def test_a_name_of_the_function_is_not_taken():
    def f(x):
        exp64 = 2.0 * x
        return np.exp(exp64) * exp64

    gradient, text, _ = differentiated(f, 0.5)
    assert "exp64_(" in text
    np.testing.assert_allclose(gradient, 4 * math.e, rtol=1e-14)


# Powers -------------------------------------------------------------------------------------------


def powered(power):
    """The sum of powers of an array, by the text of the power of ``x[i]``."""
    scope = {"np": np, "math": math}
    lines = f"def f(x, y, n):\n    s = 0.0\n    for i in range(x.size):\n        s += {power}\n    return s\n"
    path = f"<power {power}>"
    linecache.cache[path] = (len(lines), None, lines.splitlines(True), path)
    exec(compile(lines, path, "exec"), scope)
    return scope["f"]


X, Y = np.linspace(0.1, 2, 100), np.linspace(-2, 2.45, 100)


@pytest.mark.parametrize("power, slope, kernels", [
    ("x[i] ** 2", 2 * X, []),
    ("x[i] ** 5", 5 * X**4, []),
    ("x[i] ** -1", -(X**-2), []),
    ("x[i] ** n", 3 * X**2, []),
    ("pow(x[i], 3)", 3 * X**2, []),
    ("x[i] ** 2.0", 2 * X, []),
    ("np.power(x[i], 2)", 2 * X, []),
    ("x[i] ** 3.0", 3 * X**2, []),
    ("x[i] ** 4.0", 4 * X**3, []),
    ("np.power(x[i], 3)", 3 * X**2, []),
    ("math.pow(x[i], 4)", 4 * X**3, []),
    ("x[i] ** 1.5", 1.5 * X**0.5, ["power_3_halves64"]),
    ("x[i] ** 0.5", 0.5 * X**-0.5, ["power_minus_half64"]),
    ("math.pow(x[i], 2.5)", 2.5 * X**1.5, ["power_3_halves64", "power_5_halves64"]),
    ("x[i] ** -1.5", -1.5 * X**-2.5, ["pow64"]),
    ("np.power(x[i], y[i])", Y * X ** (Y - 1), ["pow64"]),
    ("math.pow(x[i], y[i])", Y * X ** (Y - 1), ["pow64"]),
    ("pow(x[i], y[i])", Y * X ** (Y - 1), ["pow64"]),
    ("x[i] ** y[i]", Y * X ** (Y - 1), ["pow64"]),
    ("y[i] ** x[i] if y[i] > 0 else 0.0",
     np.where(Y > 0, np.abs(Y) ** X * np.log(np.maximum(Y, 1e-9)), 0), ["log64", "pow64"]),
])
def test_powers(power, slope, kernels):
    """Constant powers that are few multiplications stay that; no power is a call of libm."""
    gradient = adcomp.value_and_gradient(powered(power), cache=False)
    value, x_bar = gradient(X, Y, 3)
    np.testing.assert_allclose(x_bar, slope, rtol=1e-12)
    assert calls(gradient.source_for(X, Y, 3)) == kernels
    exact = adcomp.value_and_gradient(powered(power), math="libm", cache=False)(X, Y, 3)
    np.testing.assert_allclose(value, exact[0], rtol=1e-13)
    np.testing.assert_allclose(x_bar, exact[1], rtol=1e-13)
    if power != "x[i] ** n":  # Numba counts the multiplications of that while it runs
        (code,) = (gradient.inspect_llvm(s) for s in gradient.signatures)
        assert not re.search(r"call double @(llvm\.)?pow", code)


def test_arrays_of_powers():
    def f(x, y):
        return np.sum(x ** y + np.power(x, 2.5))

    for dtype, kernel in ((f8, "pow64"), (f4, "pow32")):
        x, y = X.astype(dtype), Y.astype(dtype)
        both = adcomp.value_and_gradient(f, cache=False)
        _, gradient = both(x, y)
        assert {kernel, "power_5_halves64", "power_3_halves64"} <= set(calls(both.source_for(x, y)))
        expected = Y * X ** (Y - 1) + 2.5 * X**1.5
        np.testing.assert_allclose(gradient, expected, rtol=1e-12 if dtype == f8 else 1e-4)


# Machine code -------------------------------------------------------------------------------------

FUNCTIONS = ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh", "cosh",
             "tanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "cbrt"]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [f8, f4])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_gradient_is_vectorised(name, dtype):
    """Both sweeps, from the source as users write it: packed arithmetic, and no call of the function."""
    function = getattr(np, name)

    def f(x, y):
        for i in range(x.size):
            y[i] = function(x[i]) * function(x[i])
        return y.sum()

    x = np.linspace(1.1, 2.0, 50) if name == "arccosh" else np.linspace(0.1, 0.9, 50)
    x = x.astype(dtype)
    gradient, text, df = differentiated(f, x, np.zeros_like(x))
    exact = adcomp.gradient(f, math="libm", cache=False)(x, np.zeros_like(x))
    np.testing.assert_allclose(gradient, exact, rtol=1e-13 if dtype == f8 else 3e-6)
    assert calls(text)
    (signature,) = df.signatures
    code = df.inspect_llvm(signature)
    assert "vector.body" in code
    if platform.machine() in ("x86_64", "AMD64"):
        assert re.search(r"\bv?(fn?m\w+|add|mul)p[sd]\b", df.inspect_asm(signature))
    if name in ("sin", "cos", "tan"):  # libm serves the lanes of a mask
        assert re.search(r"call <\d+ x \w+> @adcomp_rare_", code)
        return
    assert not re.search(rf"call \w+ @(llvm\.|npy_)?({name}|{name.replace('arc', 'a')})(\.f\d\d|f)?\(", code)


# Complex numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.complex128, np.complex64])
def test_absolute_values_of_complex_numbers(dtype):
    """The kernel, which the rule does not ask a second time; 0 and huge numbers among the others."""
    def power(z, w):
        return np.sum(w * np.abs(z) ** 2 + np.absolute(z))

    rng = np.random.default_rng(0)
    z = (rng.normal(size=101) + 1j * rng.normal(size=101)).astype(dtype)
    z[[3, 50]] = 0, 3e15 + 4e15j
    w = rng.normal(size=101).astype(z.real.dtype)
    got, text, df = differentiated(power, z, w)
    kernel = "modulus64" if dtype == np.complex128 else "modulus32"
    assert calls(text) == [kernel] and got.dtype == dtype
    exact = adcomp.gradient(power, math="libm", cache=False)
    assert calls(exact.source_for(z, w)) == []
    np.testing.assert_allclose(got, exact(z, w), rtol=100 * np.finfo(dtype).eps)
    size = np.abs(z)
    expected = 2 * w * z + np.where(size > 0, z / np.where(size > 0, size, 1), 0)
    np.testing.assert_allclose(got, expected, rtol=100 * np.finfo(dtype).eps)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="instructions of x86")
def test_the_adjoint_of_an_absolute_value_vectorises():
    def power(z, w):
        return np.sum(w * np.abs(z) ** 2)

    df = adcomp.gradient(power, cache=False)
    df(np.ones(9, complex), np.ones(9))
    (code,) = df.inspect_asm().values()
    assert "vdivpd" in code or "divpd" in code
