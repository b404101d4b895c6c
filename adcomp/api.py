"""The public functions: options in, derivative functions out."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from . import registry
from .backend.dispatch import DerivativeDispatcher, Kind
from .core.numba_adapter import CompilerOptions, python_function
from .errors import UnsupportedOption, UnsupportedSyntax, WrtError
from .frontend.derivatives import MAKER, caller_of


def gradient(
    f: Any = None,
    *,
    wrt: Any = 0,
    form: str = "natural",
    math: str = "vector",
    alias: str = "error",
    unused: str = "zero",
    holomorphic: bool = False,
    control_dependence: str = "error",
    fastmath: Any = None,
    parallel: bool | None = None,
    nogil: bool | None = None,
    cache: bool = True,
) -> Any:
    """The gradient of a function whose result is one real number.

    Works as a decorator, with or without options, and as a call.

    Parameters
    ----------
    f : function
        A plain Python function or an ``@njit`` one, whose source can be read.
    wrt : int, str, or tuple of them
        The arguments to differentiate by, by position or name. A tuple gives a tuple of gradients.
        An integer argument gets a gradient in float64.
    form : {"natural"}
        ``"structural"`` is planned.
    math : {"vector", "libm"}
        Elementary functions as kernels that LLVM vectorises (exact to a few units in the last
        place), or those of the C library, as Numba would call them.
    alias : {"error", "memory"}
        With ``"error"`` every argument, and every array in a tuple, is a variable of its own, and
        gets a buffer of its own; arrays that share memory are refused when the function writes to
        it. With ``"memory"``, memory is the variable: arrays that share it get the derivative with
        respect to what it held before the call, each as a view of one buffer that is an
        `adcomp.tangents.memory.Tied`, which must not be added up. Compiled code can't call such a
        derivative.
    unused : {"zero", "none"}
        What an argument gets that the result does not depend on: a gradient of zeros, or None.
    holomorphic : bool
        The arguments of `wrt` and the result are complex, and the derivative is that of complex
        analysis: ``f'(z)``, the conjugate of the gradient of the real part.
    control_dependence : {"error", "zero"}
        An argument in `wrt` that decides the result only through comparisons in a loop, as in a
        bisection, is refused, or gets a gradient of zeros.
    fastmath, nogil : optional
        As for ``numba.njit``; as the primal was compiled, when left out. So are its error model
        and its bounds checks.
    parallel : bool, optional
        Whether `prange` loops and their adjoints run in threads. By default they do if the function was
        compiled with ``parallel=True``.
    cache : bool
        Whether what is generated and compiled is kept on disk for the next process.

    Returns
    -------
    function
        A Numba dispatcher with the parameters of `f`, compiled when it is first called with
        arguments of new types; it can be called from ``@njit`` code. It has ``primal``,
        ``source``, ``source_for(*types_or_values)``, ``compile(signature)`` and ``signatures``.

    Raises
    ------
    WrtError
        `wrt` names no argument, or, when it is called, one that has no derivative.
    UnsupportedOption
        An option has a value that is planned, and not there yet.
    UnsupportedSyntax, NoRuleError, TypeInferenceError, NotScalarOutput
        When it is called: the program can't be differentiated.
    AliasedArguments
        When it is called: two arguments share memory, and the program writes to it.

    Examples
    --------
    >>> @gradient
    ... def f(x):
    ...     return x[0] ** 2 + 3.0 * x[1]
    >>> f(np.array([1.0, 2.0]))
    array([2., 3.])
    >>> g = gradient(lambda a, b: a * b, wrt=("b", "a"))
    >>> g(2.0, 5.0)
    (2.0, 5.0)
    """
    return _derivative(GRADIENT, f, locals())


def value_and_gradient(
    f: Any = None,
    *,
    wrt: Any = 0,
    form: str = "natural",
    math: str = "vector",
    alias: str = "error",
    unused: str = "zero",
    holomorphic: bool = False,
    control_dependence: str = "error",
    fastmath: Any = None,
    parallel: bool | None = None,
    nogil: bool | None = None,
    cache: bool = True,
) -> Any:
    """The result of a function that gives one real number, and its gradient, in one run.

    The parameters are those of `gradient`. With ``math="libm"`` the value is bit for bit that of
    the function as Numba compiles it.

    Examples
    --------
    >>> df = value_and_gradient(lambda x: x * x * x)
    >>> df(2.0)
    (8.0, 12.0)

    ``scipy.optimize.minimize(df, x0, jac=True)`` takes it as it is.
    """
    return _derivative(VALUE_AND_GRADIENT, f, locals())


for _maker in (gradient, value_and_gradient):
    setattr(_maker, MAKER, True)


# Pullbacks ----------------------------------------------------------------------------------------


class Pullback:
    """What `pullback` returns.

    Attributes
    ----------
    primal : function
        The function as written.
    dispatcher : function
        The compiled pullback, ``dispatcher(y_bar, *args)``, for use inside ``@njit`` code too. The
        cotangent comes first because the arguments may have defaults.
    source : str
        The generated source of `dispatcher`, for the types of the last compilation.
    """

    def __init__(self, primal: Any, value: DerivativeDispatcher, vjp: DerivativeDispatcher) -> None:
        functools.update_wrapper(self, python_function(primal) or primal, updated=())
        self.__name__ = self.__qualname__ = f"{_name(primal)}_pullback"
        self.primal = primal
        self.dispatcher = vjp
        self._value = value

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[Any, Back]:
        """The result of the function, and the map from its cotangent to those of the arguments.

        The function writes into its arguments what it writes; `back` works on copies from before.
        """
        back = Back(self.dispatcher, _copies(args, kwargs))
        return self._value(*args, **kwargs), back

    def vjp(self, args: tuple[Any, ...], y_bar: Any) -> tuple[Any, ...]:
        """The cotangents of the arguments, for a cotangent of the result, in one run.

        Nothing is copied: the function runs on `args` and writes into them what it writes.
        """
        if not isinstance(args, tuple | list):
            raise TypeError(f"vjp takes the arguments as a tuple, not {type(args).__name__}")
        return self.dispatcher(y_bar, *args)

    @property
    def source(self) -> str:
        return self.dispatcher.source

    def __repr__(self) -> str:
        return f"pullback({_name(self.primal)})"

    def __reduce__(self) -> Any:
        return Pullback, (self.primal, self._value, self.dispatcher)


class Back:
    """The map from a cotangent of a result to a tuple with those of the arguments.

    It may be called more than once; every call returns new memory.
    """

    def __init__(self, vjp: DerivativeDispatcher, arguments: tuple[tuple[Any, ...], dict[str, Any]]):
        self._vjp, self._arguments = vjp, arguments

    def __call__(self, y_bar: Any) -> tuple[Any, ...]:
        # The program may write into its arguments.
        args, kwargs = _copies(*self._arguments)
        return self._vjp(y_bar, *args, **kwargs)


def pullback(
    f: Any = None,
    *,
    wrt: Any = None,
    form: str = "natural",
    math: str = "vector",
    alias: str = "error",
    unused: str = "zero",
    holomorphic: bool = False,
    control_dependence: str = "error",
    fastmath: Any = None,
    parallel: bool | None = None,
    nogil: bool | None = None,
    cache: bool = True,
) -> Any:
    """The pullback of a function: from a cotangent of its result to those of its arguments.

    Parameters
    ----------
    f : function
        Its result is a number, an array of any rank, or a tuple of these.
    wrt : int, str, or tuple of them, optional
        The arguments to differentiate by; all that hold floating-point numbers, when left out.
    **options
        The other parameters are those of `gradient`.

    Returns
    -------
    Pullback
        ``y, back = pb(*args)`` calls the function; ``back(y_bar)`` gives a tuple with one cotangent
        per argument of `wrt`. ``pb.vjp(args, y_bar)`` does both in one run, without `y`. In
        ``@njit`` code it is ``pb.dispatcher(y_bar, *args)``.

    Notes
    -----
    The cotangent `y_bar` has the structure and shape of the result; None stands for zero. Integers
    become floating-point, a real number complex, and double precision single, where the result is;
    of a complex cotangent of a real result, the real part counts.

    `back` keeps a copy of every array argument, and runs the function's forward sweep again. So it
    costs that memory, a copy, and in time what a gradient costs; nothing else is held between the
    two calls. A function that draws random numbers is refused for that reason (`Pullback.vjp` takes
    it).

    Raises
    ------
    ShapeMismatch
        When it is called: the cotangent has another structure or shape than the result.
    TypeInferenceError
        When it is called: the cotangent is no number.

    Examples
    --------
    >>> pb = pullback(lambda a, x: a * np.sin(x))
    >>> y, back = pb(2.0, np.array([0.0, 1.0]))
    >>> a_bar, x_bar = back(np.array([1.0, 0.0]))
    >>> float(a_bar), x_bar
    (0.0, array([2., 0.]))
    >>> pb.vjp((2.0, np.zeros(2)), np.ones(2))[1]
    array([2., 2.])
    """
    given = locals()
    if holomorphic is True:
        raise UnsupportedOption("a pullback is holomorphic or not by the function that it is of",
                                hint="leave holomorphic=True out, and give a complex cotangent")
    if f is None:
        return _decorator(pullback, given)
    value = dict(given, wrt=None, unused="zero")
    return Pullback(f, _dispatcher(VALUE, f, value), _dispatcher(VJP, f, given))


def vjp(f: Any, args: tuple[Any, ...], y_bar: Any, *, wrt: Any = None) -> tuple[Any, ...]:
    """The cotangents of a function's arguments, for a cotangent of its result.

    Parameters
    ----------
    f : function or Pullback
        Where it is called more than once, ``pb = pullback(f)`` and ``pb.vjp(args, y_bar)`` save
        the look-up of what was compiled before.
    args : tuple
        The arguments.
    y_bar : number, array, or tuple of these
        The cotangent of the result.
    wrt : int, str, or tuple of them, optional
        As for `pullback`.

    Returns
    -------
    tuple
        One cotangent for each argument of `wrt`.

    Examples
    --------
    >>> vjp(lambda x, y: x / y, (1.0, 2.0), 1.0)
    (0.5, -0.25)
    """
    if isinstance(f, Pullback):
        if wrt is not None:
            raise TypeError("wrt belongs to the pullback, which was made before")
        return f.vjp(args, y_bar)
    return _known_pullback(f, tuple(wrt) if isinstance(wrt, list) else wrt).vjp(args, y_bar)


@functools.lru_cache(maxsize=256)
def _known_pullback(f: Any, wrt: Any) -> Pullback:
    return pullback(f, wrt=wrt)


def _copies(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments that no one else can change; arrays that share memory share that of the copies."""
    from .shared_memory import copied_together

    *copies, values = copied_together((*args, tuple(kwargs.values())))
    return tuple(copies), dict(zip(kwargs, values, strict=True))


# Rules of the user's ------------------------------------------------------------------------------


def pullback_rule(f: Any) -> Callable[[Any], Any]:
    """Make the decorated function the pullback of `f`.

    Parameters
    ----------
    f : function
        A plain function, an ``@njit`` one, or one that Numba knows by an ``@overload``; yours or
        of another package. From now on it is called as it is: adcomp does not read its source.

    Returns
    -------
    decorator
        It takes a plain or ``@njit`` function. Its parameters are those of `f` that it needs, by
        name and in any order, ``y`` for the result of `f`, and ``y_bar`` for its cotangent. If `f`
        itself has a parameter ``y`` or ``y_bar``, the result is called ``result``, and its
        cotangent ``result_bar``. It returns one cotangent per parameter of `f`, as a tuple, or as a
        bare value when there is one parameter; None for an argument that has no derivative. The
        cotangent of an array is an array of its shape. It may not write into its arguments.

    Raises
    ------
    TypeError
        A parameter of the rule is none of these.
    ValueError
        `f` has a rule already.

    Notes
    -----
    A derivative that was compiled before a rule was given keeps what it did. In the disk cache,
    rules count like the text of the program.

    Examples
    --------
    >>> import numba
    >>> @numba.njit
    ... def softplus(x):
    ...     return np.log1p(np.exp(x))
    >>> @pullback_rule(softplus)
    ... def softplus_pullback(y, y_bar):
    ...     return y_bar * (1.0 - np.exp(-y))
    >>> gradient(lambda x: softplus(x))(0.0)
    0.5
    """
    return registry.pullback_rule(f)


def nondifferentiable(*functions: Any) -> Any:
    """Say that the derivative of functions is zero, in all their arguments.

    They are called as they are, and no derivative flows through them. Decorates a function, or
    takes those of others.

    Returns
    -------
    function
        The one that was given; None if there were several.

    Examples
    --------
    >>> @nondifferentiable
    ... def rounded(x):
    ...     return np.floor(x)
    >>> gradient(lambda x: x * rounded(x))(2.5)
    2.0
    """
    result = registry.nondifferentiable(*functions)
    _MARKED.update(registry.key_of(f) for f in functions)
    return result


_MARKED: set[Any] = set()


def related(f: Any) -> Iterable[Any]:
    """What the derivative of a function depends on besides its text: rules of the user's."""
    try:
        rule = registry.RULES.user(f)
        marked = bool(_MARKED) and registry.key_of(f) in _MARKED
    except TypeError:  # unhashable
        return ()
    found: list[Any] = [] if rule is None else [rule.function]
    return [*found, "nondifferentiable"] if marked else found


# Options ------------------------------------------------------------------------------------------


def _derivative(kind: Kind, f: Any, given: dict[str, Any]) -> Any:
    if f is None:
        return _decorator({GRADIENT: gradient, VALUE_AND_GRADIENT: value_and_gradient}[kind], given)
    return _dispatcher(kind, f, given)


def _decorator(make: Callable[..., Any], given: dict[str, Any]) -> Callable[[Any], Any]:
    options = {name: value for name, value in given.items() if name != "f"}
    _check(options)
    return lambda f: make(f, **options)


def _dispatcher(kind: Kind, f: Any, given: dict[str, Any]) -> Any:
    _check(given)
    if isinstance(f, DerivativeDispatcher):
        f = caller_of(f)
    function = _function(f)
    positions, several = _positions(given["wrt"], function)
    several = several or kind is VJP
    if given["alias"] != "memory":
        return _compiled(kind, f, positions, several, given)
    from .shared_memory import MemoryDerivative

    def make(function: Any, wrt: tuple[int, ...] | None) -> DerivativeDispatcher:
        return _compiled(kind, function, wrt, True, given, like=f)

    return MemoryDerivative(f, make, positions, several=several, before=int(kind is VJP),
                            has_value=kind is VALUE_AND_GRADIENT, has_gradients=kind is not VALUE)


def _compiled(kind: Kind, f: Any, positions: Any, several: bool, given: dict[str, Any], *, like: Any = None
              ) -> DerivativeDispatcher:
    """The dispatcher of a derivative; Numba's options are those of `like`."""
    compiler = CompilerOptions.of(
        f if like is None else like, fastmath=given["fastmath"], nogil=given["nogil"],
        parallel=given["parallel"],
    )
    options = _program_options(positions, several, given, compiler)
    return DerivativeDispatcher(
        f, kind, options, _generate, compiler=compiler, cache=given["cache"], related=related,
        explain=_explain,
    )


def _program_options(positions: Any, several: bool, given: dict[str, Any], compiler: CompilerOptions) -> Any:
    from .pipeline.options import Options

    return Options(wrt=positions, several=several, math=given["math"], alias=given["alias"],
                   unused=given["unused"], form=given["form"], control=given["control_dependence"],
                   holomorphic=given["holomorphic"], raising=compiler.error_model == "python",
                   parallel=compiler.parallel)


#: option -> the values that it may have, and those that are planned
_CHOICES: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "form": (("natural", "structural"), ()),
    "math": (("vector", "libm"), ()),
    "alias": (("error", "memory"), ()),
    "unused": (("zero", "none"), ()),
    "holomorphic": ((False, True), ()),
    "control_dependence": (("error", "zero"), ()),
    "parallel": ((None, False, True), ()),
    "nogil": ((None, False, True), ()),
    "cache": ((True, False), ()),
}


def _check(given: dict[str, Any]) -> None:
    for option, (allowed, planned) in _CHOICES.items():
        value = given[option]
        if any(value is a or isinstance(a, str) and value == a for a in planned):
            raise UnsupportedOption(f"{option}={value!r} is not supported yet",
                                    hint=f"leave it out, or say {option}={allowed[-1]!r}")
        if not any(value is a or isinstance(a, str) and value == a for a in allowed):
            known = " or ".join(map(repr, allowed + planned))
            raise ValueError(f"{option}={value!r}: it is {known}")


def _function(f: Any) -> types.FunctionType:
    """The Python function behind what was given; refuses what is none."""
    if isinstance(f, Pullback):
        raise UnsupportedSyntax(f"{_name(f)} returns a function, and has no derivative itself",
                                hint="call its dispatcher in a function, and take the derivative of that")
    function = python_function(f) or f
    if isinstance(function, types.FunctionType):
        return function
    name = _name(f)
    if isinstance(f, types.MethodType):
        what, do = f"{name} is a method", "write a function that takes what it needs of the object"
    elif isinstance(f, functools.partial):
        what, do = "this is a functools.partial", "use a lambda that binds the values"
    elif isinstance(f, type):
        what, do = f"{name} is a class", "write a function"
    elif isinstance(f, types.BuiltinFunctionType | np.ufunc):
        full = f"{getattr(f, '__module__', None) or 'np'}.{name}"
        what, do = f"{full} has no Python source", f"wrap it: lambda x: {full}(x)"
    elif callable(f):
        what, do = f"this is an object of type {type(f).__name__}", "write a function"
    else:
        what, do = f"this is {f!r}", "pass a function"
    raise TypeError(f"adcomp differentiates Python functions, and {what}; {do}")


def _name(f: Any) -> str:
    return getattr(f, "__name__", None) or type(f).__name__


def _positions(wrt: Any, f: types.FunctionType) -> tuple[tuple[int, ...] | None, bool]:
    """The positions that `wrt` names, and whether there may be several."""
    if wrt is None:
        return None, True
    parameters = list(inspect.signature(f).parameters)
    several = isinstance(wrt, tuple | list)
    found = tuple(_position(w, parameters, f) for w in (wrt if several else (wrt,)))
    if len(set(found)) != len(found):
        raise WrtError(f"wrt={wrt!r} names an argument twice")
    if not found:
        raise WrtError("wrt is empty", hint="name at least one argument")
    return found, several


def _position(w: Any, parameters: list[str], f: types.FunctionType) -> int:
    name = f.__name__
    if isinstance(w, str):
        if w not in parameters:
            raise WrtError(f"{name} has no argument {w!r}",
                           hint=f"its arguments are {', '.join(parameters)}")
        return parameters.index(w)
    if isinstance(w, bool) or not isinstance(w, int | np.integer):
        raise WrtError(f"wrt={w!r} is neither a position nor a name")
    if not -len(parameters) <= w < len(parameters):
        count = len(parameters)
        raise WrtError(f"wrt={w} is out of range: {name} has {count} "
                       f"argument{'' if count == 1 else 's'}")
    return int(w) % len(parameters)


# Kinds --------------------------------------------------------------------------------------------


def with_y_bar(signature: inspect.Signature) -> inspect.Signature:
    """The signature of a pullback: the cotangent of the result, then the primal's parameters.

    Examples
    --------
    >>> with_y_bar(inspect.signature(lambda x, n=2: x))
    <Signature (y_bar, x, n=2)>
    """
    name = "y_bar"
    while name in signature.parameters:
        name += "_"
    first = inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return signature.replace(parameters=[first, *signature.parameters.values()])


GRADIENT = Kind("gradient")
VALUE_AND_GRADIENT = Kind("value_and_gradient")
VJP = Kind("vjp", with_y_bar)
VALUE = Kind("value")


def _generate(f: types.FunctionType, argtypes: Any, kind: Kind, options: Any) -> Any:
    from .pipeline import generate

    return generate(f, argtypes, kind, options)


def _explain(f: types.FunctionType, argtypes: Any, kind: Kind, options: Any) -> Any:
    from .pipeline import explain

    return explain(f, argtypes, kind, options)


__all__ = ["Back", "Pullback", "gradient", "nondifferentiable", "pullback",
           "pullback_rule", "value_and_gradient", "vjp"]
