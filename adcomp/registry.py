"""Rules: what the compiler knows about differentiating one operation.

A scalar rule is an equation, written as a plain Python function that is never called: the compiler
parses its source and pastes what it needs into the adjoint.

>>> @pullback("/", REAL.or_complex, NONZERO.or_complex, rules=Rules())
... def truediv(b, y, y_bar):
...     a_bar = y_bar / conj(b)
...     return a_bar, -a_bar * conj(y)

Its parameters say what the adjoint must have at hand: the arguments ``a, b, c, ..`` of the primal, its
result ``y`` and the cotangent ``y_bar``. It returns one cotangent per argument, None for an
argument that has no derivative. The body is assignments and one ``return``; conditional
expressions are allowed. A cotangent that nobody asks for is sliced away, so every one is an
expression of its own.

What NumPy does in loops has a definition: the same in plain Python, which the compiler reads in
place of the call and differentiates like anything else.

What does not fuse (matrix products and the like) has an array rule: a compiled kernel that
accumulates one cotangent into memory that it is given. What a rule computes by more than an
equation is a `kernel`, which the compiler calls and never inlines.

Functions of the user get rules by `pullback_rule` and `nondifferentiable`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from .core.numba_kept import compiled_kernel
from .core.ops import op_of
from .errors import ShapeMismatch

__all__ = [
    "ABOVE_ONE", "BOOLEAN", "EXPONENT", "INTEGER", "JIT", "NONNEG", "NONZERO", "ORDER", "POSITIVE",
    "REAL", "RULES", "RULE_MODULES", "UNIT", "ArrayRule", "Domain", "Rule", "Rules", "UserRule", "accumulate",
    "Definition", "array_pullback", "conj", "definition", "is_kernel", "kernel", "kernel_name",
    "nondifferentiable",
    "nondifferentiable_ops", "overloaded_kernel", "pullback", "pullback_rule", "unwrap",
]

ARGUMENTS = ("a", "b", "c", "d", "e", "f")

#: Explicit, because Numba lets a callee inherit the options of whoever compiles it first.
JIT: dict[str, Any] = {"error_model": "numpy", "fastmath": False}


# Domains ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Domain:
    """Where the tests sample one argument of a rule: an interval, away from kinks and poles.

    Parameters
    ----------
    low, high : float
        Samples lie in ``[low, high]``.
    avoid : tuple of float
        Points from which samples keep a distance of 0.1.
    complex : bool
        The rule also holds for complex arguments.
    integer : bool
        Samples are integers, and the argument has no derivative.
    always_real : bool
        The argument is real where others are complex.
    has_rule : bool
        If not, the primal has a derivative in this argument that the rule does not know: it gives
        None, and a program that needs it is refused.
    """

    name: str
    low: float
    high: float
    avoid: tuple[float, ...] = ()
    complex: bool = False
    integer: bool = False
    has_rule: bool = True
    always_real: bool = False

    @property
    def beside_complex(self) -> Domain:
        """The same interval, of an argument that is real where others are complex."""
        return replace(self, always_real=True)

    @property
    def without_rule(self) -> Domain:
        """The same interval, of an argument in which the derivative is not known."""
        return replace(self, has_rule=False)

    @property
    def or_complex(self) -> Domain:
        """The same interval of the reals, and the complex numbers."""
        return replace(self, complex=True)

    def sample(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Real samples, or integers."""
        if self.integer:
            return rng.integers(int(self.low), int(self.high) + 1, size)
        x = rng.uniform(self.low, self.high, size)
        for point in self.avoid:
            near = np.abs(x - point) < 0.1
            x = np.where(near, point + np.where(x < point, -0.1, 0.1), x)
        return x

    def sample_complex(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Complex samples off both axes, on which the cuts of the elementary functions lie."""
        if self.integer or self.always_real or not self.has_rule:
            return self.sample(rng, size)
        parts = rng.uniform(0.2, 1.2, (2, size)) * rng.choice([-1.0, 1.0], (2, size))
        return parts[0] + 1j * parts[1]


REAL = Domain("REAL", -3.0, 3.0)
NONZERO = Domain("NONZERO", -3.0, 3.0, avoid=(0.0,))
POSITIVE = Domain("POSITIVE", 0.2, 3.0)
NONNEG = Domain("NONNEG", 0.1, 3.0)
UNIT = Domain("UNIT", -0.9, 0.9)
ABOVE_ONE = Domain("ABOVE_ONE", 1.2, 4.0)
EXPONENT = Domain("EXPONENT", -2.5, 2.5)
INTEGER = Domain("INTEGER", -3, 3, integer=True)
ORDER = Domain("ORDER", 1, 3, integer=True)
BOOLEAN = Domain("BOOLEAN", 0, 1, integer=True)


# Rules --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """The pullback of a scalar operation: an equation for every cotangent.

    Parameters
    ----------
    name : str
        Name of the Python function.
    function : callable
        The equation; its globals resolve the names that its source uses.
    params : tuple of str
        What it reads, among ``a b c y y_bar``, in the order of its signature.
    domains : tuple of Domain
        One per argument of the primal.
    ops : tuple of str
        The ops that it is the pullback of.
    """

    name: str
    function: Callable[..., Any]
    params: tuple[str, ...]
    domains: tuple[Domain, ...]
    ops: tuple[str, ...] = ()

    @property
    def arity(self) -> int:
        return len(self.domains)

    @property
    def complex(self) -> bool:
        """Whether the rule holds for complex arguments too."""
        return all(domain.complex or domain.integer or domain.always_real or not domain.has_rule
                   for domain in self.domains) and any(domain.complex for domain in self.domains)

    @property
    def refused(self) -> tuple[int, ...]:
        """The positions of the arguments in which the derivative is not known."""
        return tuple(k for k, domain in enumerate(self.domains) if not domain.has_rule)


@dataclass(frozen=True, slots=True)
class ArrayRule:
    """The pullback of an array operation to its arguments `wrt`: a kernel that accumulates in place.

    ``kernel(*params)``; the last of `params` are the memory added to, ``a_bar, b_bar`` for ``wrt="ab"``.
    """

    name: str
    kernel: Callable[..., Any]
    params: tuple[str, ...]
    wrt: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What an array function means in plain Python.

    ``template(**arguments)`` gives a Python function of some of the same parameters, or None where
    the call stays as it is. It is handed the Numba type of each argument, or the value of one that is
    a constant or was left out; if it has a parameter `result`, that gets the type of the result. A
    parameter ``*args`` gets a tuple of such facts, and the Python function has a parameter ``args``.

    ``for_view`` says that the call returns, or may return, a view and what stands for it a copy: it is
    refused where what it shows, or the view, is written to later. ``hint`` is what an error adds about a
    call that stays as it is and has no derivative.
    """

    name: str
    template: Callable[..., Any]
    params: tuple[str, ...]
    result: str = "y"
    for_view: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class UserRule:
    """A user's pullback of their own function.

    `params` are what it reads, among `arguments` (the parameters of `primal`) and `result` (what it
    calls the result and its cotangent). It returns one cotangent per argument: a tuple, or a bare
    value if there is one.
    """

    name: str
    primal: Callable[..., Any]
    function: Callable[..., Any]
    params: tuple[str, ...]
    arguments: tuple[str, ...]
    result: tuple[str, str] = ("y", "y_bar")


@dataclass(slots=True)
class Rules:
    """A table of rules. `RULES` is the one that decorators fill; a test may pass its own."""

    _scalar: dict[Any, Rule] = field(default_factory=dict)
    _array: dict[str, dict[str, ArrayRule]] = field(default_factory=dict)
    _definition: dict[str, Definition] = field(default_factory=dict)
    _user: dict[Any, UserRule] = field(default_factory=dict)
    _zero: set[Any] = field(default_factory=set)

    def scalar(self, op: Any) -> Rule | None:
        """The rule of an op, or of a kernel (given as the function itself)."""
        return self._scalar.get(op if isinstance(op, str) else key_of(op))

    def array(self, op: Any) -> dict[str, ArrayRule]:
        """The array rules of an op, by the name of the argument; empty if there are none."""
        return self._array.get(op if isinstance(op, str) else key_of(op), {})

    def definition(self, op: str) -> Definition | None:
        """What an op means in plain Python; None if it is a primitive."""
        return self._definition.get(op)

    @property
    def array_rules(self) -> Iterator[ArrayRule]:
        """Every array rule."""
        return (rule for rules in self._array.values() for rule in rules.values())

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """All definitions, by op."""
        return MappingProxyType(self._definition)

    def user(self, function: Any) -> UserRule | None:
        """The user's rule of their function, jitted or not."""
        return self._user.get(unwrap(function))

    def nondifferentiable(self, op: Any) -> bool:
        """Whether the derivative of an op, or of a user's function, is zero."""
        return (op if isinstance(op, str) else key_of(op)) in self._zero

    @property
    def nondifferentiable_ops(self) -> frozenset[str]:
        return frozenset(op for op in self._zero if isinstance(op, str))

    def __contains__(self, op: Any) -> bool:
        key = op if isinstance(op, str) else key_of(op)
        return any(key in table for table in (self._scalar, self._array, self._user, self._zero))

    def __iter__(self) -> Iterator[Rule]:
        """Every scalar rule, once, in the order of definition."""
        return iter(dict.fromkeys(self._scalar.values()))

    def __getitem__(self, op: Any) -> Rule:
        rule = self.scalar(op)
        if rule is None:
            raise KeyError(op)
        return rule

    def add_scalar(self, keys: tuple[Any, ...], rule: Rule) -> None:
        for key in keys:
            self._refuse_duplicate(key)
            self._scalar[key] = rule

    def add_array(self, keys: tuple[Any, ...], rule: ArrayRule) -> None:
        for key in keys:
            if rule.wrt in self._array.get(key, {}) or key in self._scalar or key in self._zero:
                raise ValueError(f"{label(key)} has a rule with respect to {rule.wrt} already")
            self._array.setdefault(key, {})[rule.wrt] = rule

    def add_definition(self, keys: tuple[str, ...], definition: Definition) -> None:
        for key in keys:
            if key in self._definition:
                raise ValueError(f"{key} has a definition already")
            self._definition[key] = definition

    def add_user(self, rule: UserRule) -> None:
        self._refuse_duplicate(rule.primal)
        self._user[rule.primal] = rule

    def add_nondifferentiable(self, key: Any) -> None:
        if key not in self._zero:
            self._refuse_duplicate(key)
            self._zero.add(key)

    def _refuse_duplicate(self, key: Any) -> None:
        if key in self:
            raise ValueError(f"{label(key)} has a rule already")


RULES = Rules()

#: The modules that fill `RULES`, imported when the first function is read; a module of functions that
#: are imported at need adds those that hold its rules.
RULE_MODULES = ["adcomp.kernels"]


def nondifferentiable_ops() -> frozenset[str]:
    """The ops whose derivative is zero, as `RULES` has them now."""
    return RULES.nondifferentiable_ops


# Names --------------------------------------------------------------------------------------------


def unwrap(function: Any) -> Any:
    """The Python function of a Numba dispatcher; anything else as it is."""
    return getattr(function, "py_func", function)


def key_of(function: Any) -> Any:
    """What a callable is registered under: its op, or if it has none the function itself."""
    op = op_of(function)
    return unwrap(function) if op is None else op


def label(key: Any) -> str:
    return key if isinstance(key, str) else getattr(key, "__name__", repr(key))


def _keys(callables: Any) -> tuple[Any, ...]:
    """The keys of one callable or op, or of a tuple of spellings, without repetition."""
    several = callables if isinstance(callables, tuple) else (callables,)
    keys = (f if isinstance(f, str) else key_of(f) for f in several)
    return tuple(dict.fromkeys(keys))


def _params(function: Any) -> tuple[str, ...]:
    return tuple(inspect.signature(unwrap(function)).parameters)


def _refuse_unknown(name: str, params: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    for param in params:
        if param not in allowed:
            known = ", ".join(allowed)
            raise TypeError(f"rule {name}: unknown parameter {param!r}; allowed: {known}")


# Decorators ---------------------------------------------------------------------------------------


def pullback(callables: Any, *domains: Domain, rules: Rules = RULES) -> Callable[[Any], Any]:
    """Make the decorated equation the pullback of an operation.

    Parameters
    ----------
    callables : callable, str, or tuple of them
        The spellings of one function: ``(math.exp, np.exp)``, a kernel, or an op such as ``.real``.
    *domains : Domain
        Where to test it, one for each argument of the primal.

    Raises
    ------
    TypeError
        A parameter is none of ``a b c y y_bar``, or names an argument that has no domain.
    ValueError
        One of the spellings has a rule already.
    """

    def register(function: Any) -> Any:
        if not 1 <= len(domains) <= len(ARGUMENTS):
            raise TypeError(
                f"rule {function.__name__}: one domain per argument, at most {len(ARGUMENTS)}")
        params = _params(function)
        _refuse_unknown(function.__name__, params, (*ARGUMENTS[: len(domains)], "y", "y_bar"))
        keys = _keys(callables)
        ops = tuple(key for key in keys if isinstance(key, str))
        rules.add_scalar(keys, Rule(function.__name__, function, params, domains, ops))
        return function

    return register


def array_pullback(callables: Any, *, wrt: str, rules: Rules = RULES) -> Callable[[Any], Any]:
    """Make the decorated jitted kernel the pullback of an array operation to one argument or several.

    Its parameters are what it reads, among ``a b c d e f y y_bar``, and last ``<wrt>_bar``, into whose
    memory it accumulates. A rule of several arguments, such as ``wrt="ab"`` with last parameters
    ``a_bar, b_bar``, is used when just these are active, in place of the rules of each; the two may be
    the same memory.
    """
    bars = tuple(f"{letter}_bar" for letter in wrt)
    if not wrt or any(w not in ARGUMENTS for w in wrt) or "".join(sorted(set(wrt))) != wrt:
        raise TypeError(f"wrt={wrt!r}: of {', '.join(ARGUMENTS)}, in this order")

    def register(function: Any) -> Any:
        params, name = _params(function), unwrap(function).__name__
        if params[-len(bars):] != bars:
            what = "parameter is" if len(bars) == 1 else "parameters are"
            raise TypeError(f"rule {name}: the last {what} {', '.join(bars)}, which it adds to")
        _refuse_unknown(name, params[: -len(bars)], (*ARGUMENTS, "y", "y_bar"))
        if not is_kernel(function):
            function = kernel(function)
        rules.add_array(_keys(callables), ArrayRule(name, function, params, wrt))
        return function

    return register


def definition(*callables: Any, result: str = "y", for_view: bool = False, hint: str = "",
               rules: Rules = RULES) -> Callable[[Any], Any]:
    """Make the decorated template the meaning of an array function in plain Python.

    `callables` are its spellings: the function, and ops such as ``".cumsum()"``. A template that calls an
    argument ``y`` gives another name to the parameter that gets the type of the result. `Definition`
    tells what the options mean.

    Examples
    --------
    >>> table = Rules()
    >>> @definition(np.flipud, rules=table)
    ... def flipud(m):
    ...     def flipud(m):
    ...         return m[::-1]
    ...     return flipud
    >>> table.definition("np.flipud").params
    ('m',)
    """

    def register(template: Any) -> Any:
        rules.add_definition(
            _keys(callables),
            Definition(template.__name__, template, _params(template), result, for_view, hint))
        return template

    return register


def pullback_rule(primal: Any, *, rules: Rules = RULES) -> Callable[[Any], Any]:
    """Make the decorated function the pullback of a function of the user's.

    Its parameters are those of `primal` that it needs, and ``y``, ``y_bar``, or, if `primal` has a
    parameter of one of these names, ``result``, ``result_bar``; it returns one cotangent per
    parameter of `primal`, as a tuple, or as a bare value when there is one. Any function that Numba
    compiles will do.

    Examples
    --------
    >>> def cube(x):
    ...     return x * x * x
    >>> @pullback_rule(cube)
    ... def cube_pullback(x, y_bar):
    ...     return 3 * x * x * y_bar
    >>> RULES.user(cube).params
    ('x', 'y_bar')
    """
    if not callable(primal):
        raise TypeError(f"pullback_rule takes the function that it is the rule of, not {primal!r}")

    def register(function: Any) -> Any:
        arguments, params = _params(primal), _params(function)
        result = ("y", "y_bar")
        if set(result) & set(arguments):
            result = ("result", "result_bar")
        for reserved in set(result) & set(arguments):
            raise TypeError(f"{label(unwrap(primal))}: rename its parameter {reserved!r}, "
                            "which in a pullback is the result")
        name = unwrap(function).__name__
        _refuse_unknown(name, params, (*arguments, *result))
        rules.add_user(UserRule(name, unwrap(primal), unwrap(function), params, arguments, result))
        return function

    return register


def nondifferentiable(*callables: Any, rules: Rules = RULES) -> Any:
    """Say that the derivative of these is zero; decorates a function of the user's.

    Examples
    --------
    >>> @nondifferentiable
    ... def seed_of(x):
    ...     return int(x) % 7
    >>> RULES.nondifferentiable(seed_of)
    True
    """
    for key in _keys(callables):
        rules.add_nondifferentiable(key)
    return callables[0] if len(callables) == 1 else None


# Kernels ------------------------------------------------------------------------------------------

_KERNELS: dict[Any, str] = {}


def kernel(function: Any) -> Any:
    """Mark a function as a primitive, which the compiler calls and never inlines.

    A plain function is jitted with the options `JIT`; a dispatcher, and a function that has a
    Numba overload (see `overloaded_kernel`), stays as it is. Its name is unique among kernels.
    """
    name = unwrap(function).__name__
    if name in _KERNELS.values():
        raise ValueError(f"there is a kernel {name} already")
    if unwrap(function) is function:
        function = compiled_kernel(**JIT)(function)
    _KERNELS[unwrap(function)] = name
    return function


def overloaded_kernel(function: Any) -> Any:
    """Like `kernel`, for a Python function that Numba knows by an ``@overload``."""
    name = function.__name__
    if name in _KERNELS.values():
        raise ValueError(f"there is a kernel {name} already")
    _KERNELS[function] = name
    return function


def is_kernel(function: Any) -> bool:
    """Whether a function is a kernel, jitted or not."""
    return kernel_name(function) is not None


def kernel_name(function: Any) -> str | None:
    """The name of a kernel, which no other has."""
    try:
        return _KERNELS.get(unwrap(function))
    except TypeError:  # unhashable
        return None


def conj(value: Any) -> Any:
    """The complex conjugate of a partial derivative; of a real one, that itself.

    A cotangent pairs with a tangent by the real inner product, so the pullback of a complex-
    differentiable function multiplies by the conjugate of its derivative.
    """
    return np.conj(value)


@overload(conj, jit_options=JIT)
def _overload_conj(value):
    if isinstance(value, types.Complex):
        return lambda value: np.conj(value)
    return lambda value: value


@compiled_kernel(**JIT)
def accumulate(out, term, message):
    """``out += term``, of the same shape; the real part, if only `term` is complex.

    What the compiler does with the array that a user's pullback returns.
    """
    if term.shape != out.shape:
        raise ShapeMismatch(message, term.shape, out.shape)
    for index in np.ndindex(out.shape):
        out[index] += _projected(term[index], out[index])


def _projected(value, like):
    """A scalar, or its real part if `like` is real and it is not."""
    raise NotImplementedError("compiled code only")


@overload(_projected, jit_options=JIT)
def _overload_projected(value, like):
    if isinstance(value, types.Complex) and not isinstance(like, types.Complex):
        return lambda value, like: value.real
    return lambda value, like: value
