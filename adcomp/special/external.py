"""SciPy's special functions as functions that Numba compiles.

In compiled code they are the C functions of ``scipy.special.cython_special``. LLVM knows each as
``adcomp_special_<name>_<types>``: machine code from the disk cache finds them by that name, and where
SciPy no longer has one with these types, the machine code counts as missing.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import scipy.special
from numba.extending import get_cython_function_address
from scipy.special import cython_special

from ..core.numba_external import Loop, add_symbol, declare

_MODULE = "scipy.special.cython_special"
_LETTERS = {"double": "d", "float": "f", "long": "l", "Py_ssize_t": "p", "__pyx_t_double_complex": "D"}
_WIDER = str.maketrans("fF", "dD")

#: everything that `scipy_function` has made, by name
FUNCTIONS: dict[str, FunctionType] = {}


def scipy_function(
    function: Any = None, *, integer_order: bool = False, of: str = "", part: int = 0
) -> Any:
    """Make a Python function that calls one of SciPy's callable in compiled code, as a primitive.

    Parameters
    ----------
    integer_order : bool
        Only integers are taken as the first argument.
    of : str
        The function of SciPy, where its name is another one.
    part : int
        Which of the results of SciPy's function is meant, if it has several.
    """

    def decorate(function: Any) -> Any:
        name = of or function.__name__
        loops = [loop for loop in _loops(name, part)
                 if not integer_order or loop.inputs[0] in "lp"]
        declare(function, loops)
        return add_primitive(function)

    return decorate if function is None else decorate(function)


def add_primitive(function: Any) -> Any:
    """Count a function among those that adcomp differentiates by a rule, and reads as one of the module."""
    function.__module__ = __name__.rpartition(".")[0]
    FUNCTIONS[function.__name__] = function
    return function


def _loops(name: str, part: int) -> Iterator[Loop]:
    """The loops of SciPy's ufunc for which there is a C function."""
    known = _c_functions().get(name, {})
    for kind in getattr(scipy.special, name).types:
        inputs, outputs = kind.split("->")
        if "g" in kind or (sys.platform == "win32" and set(kind) & set("FD")):
            continue  # long doubles; complex numbers are passed in another way there
        for given, returned in ((inputs, outputs), (inputs.translate(_WIDER), outputs.translate(_WIDER))):
            mangled = known.get((given, returned))
            if mangled is not None:
                symbol = f"adcomp_special_{name}_{given}_{returned}"
                add_symbol(symbol, get_cython_function_address(_MODULE, mangled))
                parts = len(outputs) if len(outputs) > 1 else 0
                yield Loop(inputs, outputs[part], symbol, given, returned[part], parts, part)
                break


@functools.cache
def _c_functions() -> dict[str, dict[tuple[str, str], str]]:
    """By name and by types, what the C functions are called."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    for mangled, capsule in cython_special.__pyx_capi__.items():
        name = re.sub(r"^__pyx_fuse_[0-9_]+", "", mangled)
        types = _types(str(capsule))
        if types is not None:
            found.setdefault(name, {})[types] = mangled
    return found


def _types(capsule: str) -> tuple[str, str] | None:
    """The types in what a capsule shows of itself, ``"double (double, int __pyx_skip_dispatch)"``."""
    found = re.search(r'"(.*?) \((.*)\)"', capsule)
    if found is None:
        return None
    words = [word.strip() for word in found[2].split(",")]
    returned = [_LETTERS.get(found[1], "?")]
    if found[1] == "void":
        returned = [_LETTERS.get(word.removesuffix(" *"), "?") for word in words if word.endswith(" *")]
    elif words.pop() != "int __pyx_skip_dispatch":
        return None
    given = [_LETTERS.get(word, "?") for word in words if not word.endswith(" *")]
    text = "".join(given), "".join(returned)
    return None if "?" in "".join(text) else text


__all__ = ["FUNCTIONS", "add_primitive", "scipy_function"]
