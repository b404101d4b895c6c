"""C functions in machine code on disk: another process finds them by name."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

import adcomp
from adcomp import special
from adcomp.backend import cache
from adcomp.core import numba_library

MODEL = """
import numpy as np, adcomp
from adcomp import special
def f(x):
    s = 0.0
    for i in range(len(x)):
        s += special.erf(x[i]) * special.jv(1.5, x[i]) + special.beta(x[i], 2.0)
    return s + special.logsumexp(x) + np.sum(special.airy_ai(x))
df = adcomp.gradient(f)
x = np.array([0.3, 0.7])
"""
RUN = """
from numba.core import event
names = []
class Listener(event.Listener):
    def on_start(self, event):
        names.append(event.data["dispatcher"].py_func.__qualname__)
    def on_end(self, event): ...
event.register("numba:compile", Listener())
import model
print(*map(float.hex, model.df(model.x)), len(names), *names)
"""


def test_another_process_compiles_nothing(process, cache_directory):
    first = process(RUN, model=MODEL)
    assert "f_gradient" in first and int(first[2]) > 0
    second = process(RUN)
    assert second == [*first[:2], "0"]
    (machine,) = (cache_directory / "machine").glob("*.bin")
    assert b"adcomp_special_erf_d_d" in machine.read_bytes()


def test_a_program_loads_the_module_that_it_needs(process):
    """The primal may reach the functions without the module's name among its globals."""
    text = MODEL.replace("from adcomp import special", "import adcomp.special")
    text = text.replace("special.", "adcomp.special.")
    first = process(RUN, model=text)
    assert process(RUN) == [*first[:2], "0"]


def test_machine_code_for_a_function_that_is_gone_counts_as_missing(monkeypatch):
    """As if SciPy had it no more, or with other types."""
    @njit
    def f(x):
        return special.erf(x)

    f(0.5)
    (result,) = f.overloads.values()
    symbols = []
    monkeypatch.setattr(numba_library.llvm, "address_of_symbol", lambda name: symbols.append(name))
    data = numba_library.freeze(result._replace(library=result.library))
    with pytest.raises(LookupError, match="adcomp_special_erf_d_d"):
        numba_library.thaw(data)
    assert "adcomp_special_erf_d_d" in symbols


def test_no_address_is_in_machine_code():
    @njit
    def f(x):
        return special.erf(x) + special.jv(0.5, x)

    f(0.5)
    (result,) = f.overloads.values()
    assert not result.library.has_dynamic_globals
    assert "inttoptr" not in result.library.get_llvm_str()
    assert "adcomp_special_jv_dd_d" in result.library.get_llvm_str()


def test_the_derivative_is_kept(cache_directory):
    def f(x):
        return special.gammaln(x) * special.xlogy(x, 2.0)

    df = adcomp.gradient(f)
    assert np.isfinite(df(1.5))
    assert len(list((cache_directory / "machine").iterdir())) == 1
    assert cache.clear() > 0
