"""`check_matrix_type`: the laws of a structured matrix's tangent space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..tangents import conversions
from ..tangents.matrix_types import MatrixType, matrix_type
from ..tangents.projection import projector
from ..tangents.zeros import NoTangent, ZeroTangent
from .anatomy import holds_single
from .approx import DOUBLE, SINGLE
from .approx import test_approx as compare
from .failures import CheckFailure, CheckReport
from .forms import dense, has_junk, is_matrix, junk_free
from .jacobians import reverse_product
from .pullbacks import run_checks
from .random import rand_tangent, short_decimals
from .vectors import numbers, tangent_numbers, to_vec, to_vec_tangent


@dataclass
class _Laws:
    """A matrix with random cotangents: dense `a` and `b`, structural `s`; and a structural tangent `t`."""

    x: Any
    rng: np.random.Generator
    name: str
    a: Any = None
    b: Any = None
    s: Any = None
    t: Any = None
    check: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)
    expected_failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        entries = dense(self.x)
        self.a, self.b = short_decimals(entries, self.rng), short_decimals(entries, self.rng)
        self.s, self.t = rand_tangent(self.x, self.rng), rand_tangent(self.x, self.rng)

    @property
    def type(self) -> MatrixType:
        known = matrix_type(self.x)
        assert known is not None
        return known

    @cached_property
    def tolerance(self) -> float:
        return SINGLE if holds_single(self.x) else DOUBLE

    def fail(self, message: str, check: str | None = None) -> CheckFailure:
        return CheckFailure(check or self.check, message, self.name)

    def same(self, found: Any, expected: Any, what: str) -> None:
        try:
            compare(found, expected, rtol=self.tolerance, atol=self.tolerance, path=what)
        except AssertionError as error:
            raise self.fail(str(error)) from None

    def vector(self, t: Any) -> np.ndarray:
        """A structural tangent or cotangent as a vector."""
        return tangent_numbers(self.x, t)

    def D(self, a: Any) -> Any:
        return conversions.pull_d(self.x, a)

    def R(self, s: Any) -> np.ndarray:
        return dense(conversions.pull_r(self.x, s))

    def push_d(self, t: Any) -> np.ndarray:
        return dense(conversions.push_d(self.x, t))

    def push_r(self, a: Any) -> Any:
        return conversions.push_r(self.x, a)

    def P(self, a: Any) -> np.ndarray:
        return dense(projector(self.x)(a))

    @cached_property
    def repeats(self) -> bool:
        """Whether this matrix, though not its type, stores entries twice."""
        return has_junk(self.x) and type(junk_free(self.x)) is type(self.x)

    @cached_property
    def means_something(self) -> np.ndarray:
        """Which stored numbers influence an entry; the others are junk."""
        vector, rebuild = to_vec_tangent(self.x)
        return np.array([bool(np.any(self.push_d(rebuild(unit)) != 0)) for unit in np.eye(len(vector))], bool)


def check_matrix_type(x: Any, *, rng: Any = None) -> CheckReport:
    """Check what a type of structured matrices says of its tangents and cotangents.

    Parameters
    ----------
    x : structured matrix
        One of the type, with numbers that are not special.
    rng : numpy.random.Generator or int, optional
        For what is random; 0 when left out.

    Returns
    -------
    CheckReport

    Raises
    ------
    CheckFailure
        An `AssertionError`; its ``check`` is the law that does not hold. With ``D`` and ``R`` for
        ``pull_d`` and ``pull_r``, `A` a dense cotangent, `s` a structural one, `t` a structural tangent and
        `P` the projector:

        ================  =====================================================================
        ``vector``        ``to_vec`` and back is the matrix
        ``junk``          the junk-free form has the same entries, and junk is not read
        ``linearity``     ``D(2 A - 3 B) == 2 D(A) - 3 D(B)``
        ``differences``   ``D(A)`` is what differences of ``dense`` give
        ``L1``            ``push_r(push_d(t)) == t`` up to junk
        ``L2``            ``D(R(s)) == s`` up to junk
        ``L3``            ``R(D(A)) == P(A)``, ``D(R(D(A))) == D(A)``, ``R(D(R(s))) == R(s)``
        ``L4``            ``<A, push_d(t)> == <D(A), t>``, ``<s, push_r(T)> == <R(s), T>``
        ``idempotence``   ``P(P(A)) == P(A)``
        ``self-adjoint``  ``<P(A), B> == <A, P(B)>``, ``<P(A), T> == <A, T>`` for each tangent `T`
        ``form``          the projector gives the shape, the dtype and hard zeros as they are
        ================  =====================================================================

        Of an over-parametrised type, ``L1``, ``L2`` and ``L3`` do not hold; of one without a natural form
        the last four and ``L3`` have no meaning.
    TypeError
        `x` is no structured matrix.

    Examples
    --------
    >>> from adcomp.matrices import Diagonal
    >>> len(check_matrix_type(Diagonal(np.array([1.0, 2.0]))).passed)
    11
    """
    __tracebackhide__ = True
    if not is_matrix(x):
        raise TypeError(f"a {type(x).__name__} is no structured matrix")
    rng = np.random.default_rng(0 if rng is None else rng)
    return run_checks(_Laws(x, rng, f"check_matrix_type({type(x).__name__})"), _LAWS, ())


def _pairing(a: Any, b: Any) -> float:
    """``Re(sum(conj(a) * b))``."""
    return float(np.sum(np.conj(a) * b).real)


def _vector(t: _Laws) -> None:
    vector, rebuild = to_vec(t.x)
    t.same(numbers(rebuild(vector)), vector, "the vector of the rebuilt matrix")
    t.same(dense(rebuild(vector)), dense(t.x), "the rebuilt matrix")


def _junk(t: _Laws) -> None:
    entries = dense(t.x)
    t.same(dense(junk_free(t.x)), entries, "the junk-free matrix")
    vector, rebuild = to_vec(t.x)
    moved = np.where(t.means_something, vector, vector + 1.0)
    t.same(dense(rebuild(moved)), entries, "the matrix with other junk")
    junk = t.vector(t.D(t.a))[~t.means_something]
    t.same(junk, np.zeros_like(junk), "the cotangent of junk")


def _linearity(t: _Laws) -> None:
    found = t.vector(t.D(2.0 * t.a - 3.0 * t.b))
    t.same(found, 2.0 * t.vector(t.D(t.a)) - 3.0 * t.vector(t.D(t.b)), "D(2 A - 3 B)")


def _differences(t: _Laws) -> None:
    (expected,) = reverse_product(lambda x: dense(x), t.a, t.x, max_range=1e-2)
    t.same(t.D(t.a), expected, "D(A)")


def _without_redundancy(law: Callable[[_Laws], None]) -> Callable[[_Laws], str | None]:
    def check(t: _Laws) -> str | None:
        if t.type.over_parametrised:
            return "the type is over-parametrised"
        if t.type.r is None:
            return "its fields cannot be had from entries"
        if law is not _projects and t.repeats:
            return "the matrix stores entries twice"
        law(t)
        return None

    return check


def _with_natural_form(law: Callable[[_Laws], None]) -> Callable[[_Laws], str | None]:
    def check(t: _Laws) -> str | None:
        if not t.type.natural:
            return "the type has no natural form"
        law(t)
        return None

    return check


def _left_inverse(t: _Laws) -> None:
    keep = t.means_something
    t.same(t.vector(t.push_r(t.push_d(t.t)))[keep], t.vector(t.t)[keep], "push_r(push_d(t))")


def _right_inverse(t: _Laws) -> None:
    t.same(t.vector(t.D(t.R(t.s))), np.where(t.means_something, t.vector(t.s), 0.0), "D(R(s))")


def _projects(t: _Laws) -> None:
    if t.type.natural:
        t.same(t.R(t.D(t.a)), t.P(t.a), "R(D(A))")
    t.same(t.D(t.R(t.D(t.a))), t.D(t.a), "D(R(D(A)))")
    t.same(t.R(t.D(t.R(t.s))), t.R(t.s), "R(D(R(s)))")


def _adjoint(t: _Laws) -> None:
    pushed = t.push_d(t.t)
    t.same(_pairing(t.a, pushed), float(t.vector(t.D(t.a)) @ t.vector(t.t)), "<A, push_d(t)>")
    if not t.type.over_parametrised and t.type.r is not None:
        t.same(float(t.vector(t.s) @ t.vector(t.push_r(pushed))), _pairing(t.R(t.s), pushed),
               "<s, push_r(T)>")


def _idempotent(t: _Laws) -> None:
    t.same(t.P(projector(t.x)(t.a)), t.P(t.a), "P(P(A))")


def _self_adjoint(t: _Laws) -> None:
    t.same(_pairing(t.P(t.a), t.b), _pairing(t.a, t.P(t.b)), "<P(A), B>")
    pushed = t.push_d(t.t)
    t.same(_pairing(t.P(t.a), pushed), _pairing(t.a, pushed), "<P(A), T>")


def _form(t: _Laws) -> None:
    projected, entries = t.P(t.a), dense(t.x)
    if projected.shape != entries.shape or projected.dtype != entries.dtype:
        raise t.fail(f"P(A) is {projected.dtype}{projected.shape}, not {entries.dtype}{entries.shape}")
    for zero in (ZeroTangent, NoTangent):
        if projector(t.x)(zero) is not zero:
            raise t.fail(f"P({zero!r}) is {projector(t.x)(zero)!r}")


_LAWS: dict[str, Callable[[_Laws], str | None]] = {
    "vector": _vector, "junk": _junk, "linearity": _linearity, "differences": _differences,
    "L1": _without_redundancy(_left_inverse), "L2": _without_redundancy(_right_inverse),
    "L3": _without_redundancy(_projects), "L4": _adjoint, "idempotence": _with_natural_form(_idempotent),
    "self-adjoint": _with_natural_form(_self_adjoint), "form": _with_natural_form(_form),
}
