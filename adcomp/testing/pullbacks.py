"""`check_pullback`: eighteen checks of a rule, in their order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from . import cotangent_checks as cotangents
from . import memory_checks as memory
from .failures import PULLBACK_CHECKS, CheckFailure, CheckReport, name_of
from .given import split
from .rules import subject
from .trial import Trial, inputs_of

_CHECKS: dict[str, Callable[[Trial], str | None]] = dict(zip(PULLBACK_CHECKS, (
    cotangents.primal, cotangents.is_tuple, cotangents.arity, cotangents.tangent_type,
    cotangents.derivative, cotangents.use_no_tangent, cotangents.accumulation, cotangents.lazy_cotangent,
    cotangents.cotangent_form, cotangents.linearity, cotangents.hard_zero, cotangents.repeatability,
    memory.inputs_changed, memory.shared_memory, memory.address_map, cotangents.inner_product,
    cotangents.keywords, cotangents.not_implemented,
), strict=True))


def check_pullback(
    f: Any,
    *args: Any,
    rule: Any = None,
    y_bar: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    captured: Sequence[str] = (),
    pushforward: Callable[..., Any] | None = None,
    shadow_rule: Callable[..., Any] | None = None,
    rng: Any = None,
    rtol: float | None = None,
    atol: float | None = None,
    max_range: float = 1e-2,
    noisy: bool = False,
    one_shot: bool = False,
    may_share: bool = False,
    leave_out: Collection[str] = (),
) -> CheckReport:
    """Check the pullback of a function, against differences and against what else rules have to do.

    Parameters
    ----------
    f : callable
        The function: plain, compiled by Numba, a structure that can be called, or a `Pullback`.
    *args : values
        Where to check. `WithTangent` says with which tangent, and that an argument is not to be moved.
    rule : callable, optional
        ``rule(*args, **kwargs)`` returns the result of `f` and its pullback, ``back``; ``back(y_bar)``
        returns a tuple with a cotangent for each argument. When left out it is the rule that was given to
        `adcomp.pullback_rule`, and otherwise what adcomp compiles of `f`. A `Pullback` is right too.
    y_bar : cotangent, optional
        Of the result; random when left out.
    kwargs : mapping, optional
        Keyword arguments, which are not differentiated.
    captured : sequence of str
        Variables that `f` captures and `rule` gives cotangents of: they come first, as a dict. A structure
        that can be called always comes first.
    pushforward : callable, optional
        As for `check_pushforward`; then the two are compared.
    shadow_rule : callable, optional
        The rule as it works inside of compiled code: ``shadow_rule(args, shadows)`` returns the result,
        its shadow (None for what is no array) and ``back``. The check adds a cotangent to the shadow of
        the result; ``back(y_bar)`` adds to the shadows of the arguments.
    rng : numpy.random.Generator or int, optional
        For what is random; 0 when left out.
    rtol, atol : float, optional
        As for `test_approx`, where cotangents are compared with differences.
    max_range : float
        How far differences go from a number, in units of ``max(1, |x|)``.
    noisy : bool
        `f` is rough: two-point differences of one step of 1e-2 to 1e-8 have to agree to 1e-3.
    one_shot : bool
        The pullback may be called once only.
    may_share : bool
        Cotangents may share memory with that of the result, and with values.
    leave_out : collection of str
        Names of checks that are not to be made.

    Returns
    -------
    CheckReport
        What was checked and what was left out; parts that are not implemented are expected failures.

    Raises
    ------
    CheckFailure
        An `AssertionError`; its ``check`` is the name of the check that failed:

        =====================  ==================================================================
        ``primal``             the value is not that of `f`; that of a compiled program, to the last bit
        ``tuple``              ``back`` returns no tuple
        ``arity``              not one cotangent for each input
        ``tangent type``       a cotangent has another type, shape or dtype than its value declares
        ``derivative``         a cotangent is not what differences of ``junk_free(f(...))`` give
        ``use NoTangent``      another cotangent than that for what cannot be perturbed
        ``accumulation``       adding the cotangent in place does not add it
        ``lazy cotangent``     a lazy `y_bar` gives something else
        ``cotangent form``     `y_bar` in natural and in structural form give different things
        ``linearity``          ``back(2 u - 3 v)`` is not ``2 back(u) - 3 back(v)``
        ``hard zero``          ``back(ZeroTangent)`` is not zero
        ``repeatability``      a second call gives something else
        ``inputs changed``     the rule or ``back`` writes to what it was given
        ``shared memory``      a cotangent shares memory with `y_bar`, a value, or another cotangent
        ``address map``        shadows do not share memory as their values do
        ``inner product``      pullback and pushforward disagree
        ``keywords``           keyword arguments do not reach the function
        ``not implemented``    (only in the report: an expected failure)
        =====================  ==================================================================

    ValueError
        `leave_out` holds no name of a check, or one without which there is nothing to check.

    Examples
    --------
    >>> def square(x):
    ...     return x * x
    >>> def square_rule(x):
    ...     return x * x, lambda y_bar: (3.0 * x * y_bar,)
    >>> print(check_pullback(square, 1.5, rule=lambda x: (x * x, lambda y_bar: (2 * x * y_bar,)),
    ...                      leave_out=["address map", "inner product"]).passed[4])
    derivative
    >>> try:
    ...     check_pullback(square, 1.5, rule=square_rule, y_bar=1.0)
    ... except CheckFailure as failure:
    ...     print(failure.check, failure.message.split(";")[0], sep=": ")
    derivative: the cotangent of x is 4.5, not 3.0
    """
    __tracebackhide__ = True
    require_names(leave_out, PULLBACK_CHECKS, PULLBACK_CHECKS[:3])
    values, _ = split(args)
    of = subject(f, rule, values, dict(kwargs or {}))
    function, inputs, tangents, labels = inputs_of(of.f, args, captured)
    trial = Trial(of, inputs, values, dict(kwargs or {}), function, tangents,
                  f"check_pullback({name_of(f)})", labels, np.random.default_rng(0 if rng is None else rng),
                  rtol, atol, max_range, noisy, one_shot, may_share, pushforward, shadow_rule, y_bar=y_bar)
    return run_checks(trial, _CHECKS, leave_out)


def run_checks(trial: Any, checks: Mapping[str, Callable[[Any], str | None]],
               leave_out: Collection[str]) -> CheckReport:
    """Make the checks one after the other; an error of the rule is a failure of the check that met it."""
    __tracebackhide__ = True
    passed, left_out = [], {}
    for name, check in checks.items():
        if name in leave_out:
            left_out[name] = "as asked"
            continue
        trial.check = name
        try:
            why = check(trial)
        except CheckFailure:
            raise
        except Exception as error:
            keyword = trial.kwargs and isinstance(error, TypeError) and "keyword" in str(error)
            raise trial.fail(f"{type(error).__name__}: {error}", "keywords" if keyword else None) from error
        if why is None:
            passed.append(name)
        else:
            left_out[name] = why
    return CheckReport(trial.name, tuple(passed), left_out, tuple(trial.expected_failures))


def require_names(leave_out: Collection[str], names: Collection[str], always: Collection[str]) -> None:
    """Refuse to leave out what is no check, or what the others need."""
    for name in leave_out:
        if name not in names:
            raise ValueError(f"leave_out={name!r}: the checks are {', '.join(names)}")
        if name in always:
            raise ValueError(f"leave_out={name!r}: the other checks need it")
