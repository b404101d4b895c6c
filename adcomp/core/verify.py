"""Checks that a function is well-formed Core; every pass may rely on it, and has to keep it."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from ..errors import InternalError, Loc
from .ir import (
    UNDEFINED,
    AdjointLoc,
    Atom,
    Block,
    Built,
    Call,
    Carried,
    Fixed,
    For,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    Undefined,
    Var,
    While,
    atoms_of,
    bound_in,
    walk,
)
from .ops import EFFECTS, STANDARD

__all__ = ["verify"]

_SPELLED_AS_SYNTAX = ("slice", "tuple", "id", "neg", "pos", "not", "is", "in")


def verify(fn: Function) -> None:
    """Check the rules of Core (see `adcomp.core.ir`).

    Parameters
    ----------
    fn : Function

    Raises
    ------
    InternalError
        A name is defined twice, used where its definition does not reach, or hides a global that
        is called; the yields of a block do not fit who runs it; an undefined value is used; an op
        names nothing; or a statement follows a `Raise`.

    Examples
    --------
    >>> verify(Function("f", ("x",), Block((), (Var("y"),))))
    Traceback (most recent call last):
        ...
    adcomp.errors.InternalError: f: y is used where no definition of it reaches
    hint: this is a defect in adcomp, not in your program; please report it with this text
    """
    _Verifier(fn).run()


class _Verifier:
    """Walks a function with the names that are visible."""

    def __init__(self, fn: Function) -> None:
        self._fn = fn
        self._local = {*fn.params, *bound_in(fn.body)}
        self._defined: set[str] = set()
        self._visible: set[str] = set()
        self._called = {
            _head(s.op) for s in walk(fn.body) if isinstance(s, Let | Call) and _head(s.op)
        }

    def run(self) -> None:
        """Check the whole function."""
        fn = self._fn
        if len(set(fn.params)) != len(fn.params):
            self._fail(f"two parameters have one name: {', '.join(fn.params)}")
        if len(fn.defaults) > len(fn.params):
            self._fail("there are more defaults than parameters")
        for param in fn.params:
            self._define(param, None)
        self._stmts(fn.body)
        self._results_of_function()

    def _results_of_function(self) -> None:
        fn = self._fn
        if _raises(fn.body):
            return
        expected = _values_in(fn.returns)
        if expected is None:
            self._fail(f"'returns' is {fn.returns!r}, not 'none', 'value' or tuples of these")
        if len(fn.body.yields) != expected:
            count = len(fn.body.yields)
            self._fail(f"the body yields {count} values, and 'returns' has {expected}")
        self._uses(fn.body.yields, None, "the function returns")

    # --- blocks -------------------------------------------------------------------------------

    @contextmanager
    def _scope(self, names: Iterable[str], stmt: Stmt) -> Iterator[None]:
        """Names defined inside are not visible after it."""
        outside = set(self._visible)
        for name in names:
            self._define(name, stmt)
        yield
        self._visible = outside

    def _stmts(self, block: Block) -> None:
        for k, stmt in enumerate(block.stmts):
            if isinstance(stmt, Raise) and k + 1 < len(block.stmts):
                self._fail("a statement follows a Raise", block.stmts[k + 1])
            self._stmt(stmt)

    def _block(self, block: Block, count: int, what: str, stmt: Stmt) -> None:
        """Check a nested block that has to yield ``count`` values, some perhaps undefined."""
        self._stmts(block)
        if len(block.yields) != count:
            self._fail(f"{what} yields {len(block.yields)} values instead of {count}", stmt)
        for atom in block.yields:
            if atom is not UNDEFINED:
                self._uses((atom,), stmt, what)

    # --- statements ---------------------------------------------------------------------------

    def _stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Let(target=target, args=args):
                self._op(stmt)
                self._uses(args, stmt, "an operation")
                self._define(target, stmt)
            case Call(args=args, mutates=mutates):
                self._op(stmt)
                self._uses(args, stmt, "a call")
                if not all(0 <= k < len(args) for k in mutates):
                    self._fail(f"{stmt.op} mutates {mutates} of {len(args)} arguments", stmt)
            case SetItem():
                self._uses(atoms_of(stmt), stmt, "a store")
            case Raise(exception, args):
                if not self._is_global(exception) and not hasattr(builtins, _head(exception)):
                    self._fail(f"{exception} is no name of the namespace", stmt)
                self._uses(args, stmt, "a Raise")
            case If():
                self._if(stmt)
            case For():
                self._for(stmt)
            case While():
                self._while(stmt)
            case _:
                self._fail(f"{stmt!r} is no statement")

    def _if(self, stmt: If) -> None:
        self._uses((stmt.cond,), stmt, "a condition")
        for block, what in ((stmt.then, "the then-branch"), (stmt.orelse, "the else-branch")):
            with self._scope((), stmt):
                self._block(block, len(stmt.results), what, stmt)
        for result in stmt.results:
            self._define(result, stmt)

    def _for(self, loop: For) -> None:
        self._uses((loop.start, loop.stop, loop.step), loop, "a range")
        self._inits(loop.carried, loop)
        with self._scope((loop.index, *(c.phi for c in loop.carried)), loop):
            self._block(loop.body, len(loop.carried), "the loop's body", loop)
        for c in loop.carried:
            self._define(c.result, loop)

    def _while(self, loop: While) -> None:
        self._inits(loop.carried, loop)
        with self._scope((c.phi for c in loop.carried), loop):
            with self._scope((), loop):
                self._stmts(loop.test)
                if len(loop.test.yields) != 1:
                    count = len(loop.test.yields)
                    self._fail(f"the loop's test yields {count} values instead of 1", loop)
                self._uses(loop.test.yields, loop, "the loop's test")
            self._block(loop.body, len(loop.carried), "the loop's body", loop)
        for c in loop.carried:
            self._define(c.result, loop)

    def _inits(self, carried: Sequence[Carried], loop: Stmt) -> None:
        for c in carried:
            if c.init is not UNDEFINED:
                self._uses((c.init,), loop, f"the first value of {c.phi}")

    def _op(self, stmt: Let | Call) -> None:
        if len(stmt.keywords) > len(stmt.args):
            self._fail(f"{stmt.op} has more keywords than arguments", stmt)
        if stmt.op not in EFFECTS and not stmt.op.startswith(".") and not self._is_global(stmt.op):
            self._fail(f"the op {stmt.op!r} names nothing in the namespace", stmt)

    # --- names --------------------------------------------------------------------------------

    def _define(self, name: str, stmt: Stmt | None) -> None:
        if not name.isidentifier() or keyword.iskeyword(name):
            self._fail(f"{name!r} cannot be a name", stmt)
        if name in self._defined:
            self._fail(f"{name} is defined twice", stmt)
        if name in self._called:
            self._fail(f"{name} hides the global that is called by this name", stmt)
        self._defined.add(name)
        self._visible.add(name)

    def _uses(self, atoms: Iterable[Atom], stmt: Stmt | None, what: str) -> None:
        for atom in atoms:
            if isinstance(atom, Undefined):
                self._fail(f"{what} uses an undefined value", stmt)
            if isinstance(atom, Var) and not self._reaches(atom.name):
                self._fail(f"{atom.name} is used where no definition of it reaches", stmt)

    def _reaches(self, name: str) -> bool:
        if name in self._visible:
            return True
        return name not in self._local and self._is_global(name)

    def _is_global(self, path: str) -> bool:
        return _head(path) in self._fn.namespace or _head(path) in STANDARD

    def _fail(self, message: str, stmt: Stmt | None = None) -> NoReturn:
        where = getattr(stmt, "loc", None)
        loc: Loc | None = where.of if isinstance(where, AdjointLoc) else where
        raise InternalError(f"{self._fn.name}: {message}", loc=loc)


def _head(path: str) -> str:
    """The global name at the start of a dotted path; empty for an operator or attribute."""
    head = path.split(".")[0]
    return head if head.isidentifier() and path not in _SPELLED_AS_SYNTAX else ""


def _raises(block: Block) -> bool:
    return bool(block.stmts) and isinstance(block.stmts[-1], Raise)


def _values_in(layout: Any) -> int | None:
    """The number of yields that a layout of results takes; None if it is no layout."""
    if layout in ("none", "value"):
        return int(layout == "value")
    if isinstance(layout, Fixed):
        return 0
    parts = layout.parts if isinstance(layout, Built) else layout
    if not isinstance(parts, tuple):
        return None
    counts = [_values_in(inner) for inner in parts]
    return None if None in counts else sum(counts)  # type: ignore[arg-type]
