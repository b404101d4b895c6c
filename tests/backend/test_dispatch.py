"""Calls of a derivative: from Python, from compiled code, in threads, pickled."""

from __future__ import annotations

import copy
import gc
import inspect
import math
import pickle
import threading
import weakref

import numba
import numpy as np
import pytest
from numba import njit, prange, types

from adcomp.backend.dispatch import DerivativeDispatcher, SourceNotReady
from adcomp.core.numba_adapter import CompilerOptions
from adcomp.errors import BackendError, NoRuleError

from . import fakes
from .fakes import GRADIENT, VJP, Written, gradient

SCALE = 3.0


def primal(x, w, b=1.0):
    """A function of three arguments."""
    return math.sin(x * w) + SCALE * b


BODY = "return aux(x * w) * w + 0.0 * b"
MORE = "\n\ndef aux(z):\n    return math.cos(z)\n"


@pytest.fixture
def df():
    fakes.calls.clear()
    return gradient(primal, BODY, "math", more=MORE)


decorated = gradient(primal, BODY, "math", more=MORE)


def expected(x, w):
    return w * math.cos(x * w)


def test_call(df):
    assert df(1.0, 2.0) == expected(1.0, 2.0)
    assert df(1.0, w=2.0) == df(w=2.0, x=1.0) == df(1.0, 2.0, 5.0) == df(1.0, 2.0, b=5.0)
    assert df(1, 2) == expected(1, 2)
    assert [len(argtypes) for _, argtypes in fakes.calls] == [3, 3, 3]
    for _ in range(3):
        df(1.0, 2.0)
    assert len(fakes.calls) == len(df.signatures) == 3


def test_looks_like_the_primal(df):
    assert inspect.signature(df) == inspect.signature(primal)
    assert df.__name__ == "primal_gradient" and df.__doc__ == primal.__doc__
    assert df.primal is df.__wrapped__ is primal
    jitted = njit(primal)
    assert gradient(jitted, BODY).primal is jitted and gradient(jitted, BODY).__wrapped__ is primal


def test_omitted_arguments_are_told_to_the_pipeline(df):
    df(1.0, 2.0)
    assert fakes.calls[-1][1] == (types.float64, types.float64, types.Omitted(1.0))


def test_source(df):
    with pytest.raises(SourceNotReady, match="no source yet"):
        df.source
    assert not hasattr(df, "source")
    assert "def derivative(x, w, b)" in df.source_for(1.0, 2.0)
    assert df.signatures == []
    df(1.0, 2.0)
    assert df.source == df.source_for(types.float64, types.float64)
    scope = {"math": math}
    exec(df.source, scope)
    assert scope["derivative"](1.0, 2.0, 1.0) == expected(1.0, 2.0)


@pytest.mark.parametrize("signature", ["(f8, f8, f8)", (types.float64, types.float64),
                                       types.float64(types.float64, types.float64, types.float64)])
def test_compile(df, signature):
    df.compile(signature)
    assert len(df.signatures) == 1


def test_inside_compiled_code(df):
    @njit
    def descend(x):
        for _ in range(3):
            x -= 0.1 * df(x, b=2.0, w=2.0)
        return x

    x = 1.0
    for _ in range(3):
        x -= 0.1 * expected(x, 2.0)
    assert descend(1.0) == pytest.approx(x)


def test_inside_a_parallel_loop(df):
    @njit(parallel=True)
    def each(xs):
        out = np.empty_like(xs)
        for i in prange(xs.shape[0]):
            out[i] = df(xs[i], 2.0)
        return out

    xs = np.linspace(0, 1, 100)
    np.testing.assert_allclose(each(xs), 2 * np.cos(2 * xs), rtol=1e-14)


def test_more_parameters_than_the_primal():
    vjp = DerivativeDispatcher(primal, VJP, Written("return y_bar * w"), fakes.generate)
    assert list(inspect.signature(vjp).parameters) == ["x", "w", "b", "y_bar"]
    assert vjp(1.0, 2.0, 1.0, y_bar=5.0) == 10.0


def test_array_results():
    def square(x):
        return np.sum(x * x)

    df = gradient(square, "return 2 * x")
    x = np.arange(6.0)[::2]
    np.testing.assert_array_equal(df(x), 2 * x)


@pytest.mark.parametrize("value, message", [
    ({1.0}, "'w' is a set"), ({0: 1.0}, "'w' is or holds a dict"),
    (np.array([None]), "array of Python objects"),
])
def test_arguments_that_have_no_type(df, value, message):
    with pytest.raises(TypeError, match=message):
        df(1.0, value)
    assert fakes.calls == []


def failing(*_):
    raise NoRuleError("no pullback for math.lgamma")


@pytest.mark.parametrize("generate, error", [
    (failing, NoRuleError), (fakes.generate, BackendError),
])
def test_errors_reach_the_caller(generate, error):
    df = DerivativeDispatcher(primal, GRADIENT, Written("return nothing(x)"), generate)

    @njit
    def caller(x):
        return df(x, x)

    for call in (lambda: df(1.0, 1.0), lambda: caller(1.0), lambda: df.compile("(f8, f8)")):
        with pytest.raises(error):
            call()


def test_pickle(df):
    assert pickle.loads(pickle.dumps(df)) is df
    assert copy.copy(df) is copy.deepcopy(df) is df
    assert pickle.dumps(decorated).count(b"derivative") == 0, "by name"
    assert pickle.loads(pickle.dumps(decorated)) is decorated


def test_pickle_goes_to_another_process(process, tmp_path):
    k = 4.0

    def closure(x):
        return k * x

    for name, f in (("value", gradient(closure, "return k", "k")), ("name", decorated)):
        (tmp_path / name).write_bytes(pickle.dumps(f))
    script = (
        "import pickle, inspect; f, g = (pickle.load(open(n, 'rb')) for n in ('value', 'name'));"
        "print(f(1.0), g(1.0, 2.0), inspect.getsource(f.primal).split()[1])"
    )
    value, named, source = process(script)
    assert (float(value), float(named), source) == (4.0, expected(1.0, 2.0), "closure(x):")


def test_threads(df):
    start = threading.Barrier(8)
    results = []

    def work():
        start.wait()
        results.append((df(1.0, 2.0), df(1, 2), df.source_for(1.0, 2.0)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1 and len(results) == 8
    assert len(df.signatures) == 2


def llvm_of(**given):
    df = gradient(primal, "return x + w", cache=False, compiler=CompilerOptions.of(primal, **given))
    df(1.0, 2.0)
    return df.inspect_llvm(df.signatures[0])


def test_options_reach_the_machine():
    assert "PyEval_SaveThread" not in llvm_of() and "fadd fast" not in llvm_of()
    assert "PyEval_SaveThread" in llvm_of(nogil=True)
    assert "fadd fast" in llvm_of(fastmath=True)
    assert "fadd nnan contract" in llvm_of(fastmath={"nnan", "contract"})


def test_compiler_options_are_those_of_the_primal():
    for f in (primal, njit(error_model="numpy")(primal)):
        assert gradient(f, "return x / w")(1.0, 0.0) == np.inf
    with pytest.raises(ZeroDivisionError):
        gradient(njit(primal), "return x / w")(1.0, 0.0)


def test_no_compilation_when_numba_is_switched_off(df, monkeypatch):
    monkeypatch.setattr(numba.core.config, "DISABLE_JIT", True)
    assert df(1.0, 2.0) == expected(1.0, 2.0)
    assert df.signatures == []


def test_derivative_of_a_derivative(df):
    """A derivative is a function like any other: another program may hold it."""
    @njit
    def outer(x):
        return df(x, 2.0)

    again = gradient(outer, "return df(x, 2.0) + x", "df")
    assert again(1.0) == expected(1.0, 2.0) + 1.0


def test_globals_are_those_of_the_time_of_compilation():
    scope = {"k": 2.0}
    exec("def f(x):\n    return k * x", scope)
    df = gradient(scope["f"], "return k + 0.0 * x", "k")
    assert df(1.0) == 2.0
    scope["k"] = 5.0
    assert df(1.0) == 2.0, "as Numba's dispatchers do"
    assert df(1) == 5.0


def test_is_freed():
    df = gradient(primal, "return x")
    df(1.0, 2.0)
    found = weakref.ref(df)
    del df
    gc.collect()
    assert found() is None
