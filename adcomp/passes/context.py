"""What the passes that build an adjoint share: names, types, and the statement list they write to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from numba import types as nb

from ..core.ir import Atom, Const, Function, Let, Stmt, Var, Where
from ..core.names import Namer
from ..core.numba_adapter import TypingError, result_type
from ..core.ops import callee
from ..core.types import type_of
from ..errors import InternalError
from .alias import Aliases

TEMPORARY = "_t"


class RuleBook(Protocol):
    """The rules that a pass asks for, by op and by the Python object behind an op."""

    plain: bool  #: whether the adjoint is differentiated again

    def name_of(self, rule: Any, ctx: Context) -> str:
        """The op that calls the function of an array rule or a user's rule."""

    def equation(self, op: str, value: Any) -> Function | None:
        """The pullback of a scalar op as Core: parameters among a, b, c, y, y_bar."""

    def refused(self, op: str, value: Any, kinds: Sequence[Any]) -> tuple[int, ...]:
        """The arguments of a scalar op on these types, by position, to which it has no pullback."""

    def kernels(self, op: str, value: Any) -> Mapping[str, Any]:
        """The array rules of an op, by argument."""

    def user(self, value: Any) -> Any:
        """The user's rule of a function."""

    def is_zero(self, op: str, value: Any) -> bool:
        """Is the derivative zero everywhere?"""

    def hint(self, op: str) -> str:
        """What to do about a call of an op that has no rule; empty if there is nothing to say."""


@dataclass
class Pair:
    """The two functions that a call becomes, and the tape of frames between them."""

    forward: str
    reverse: str
    number: int
    kind: Any = nb.none
    returns: tuple[Any, ...] = ()
    returns_argument: bool = False


#: the parameter that holds the tapes of frames
FRAMES = "frames"


class Calls(Protocol):
    """Gives the pair of functions of a call that is not inlined.

    ``steady`` tells of each argument, and at last of the result, whether its memory stays as it is.
    """

    def pair(self, g: Any, argtypes: tuple[Any, ...], active: tuple[bool, ...],
             steady: tuple[bool, ...]) -> Pair: ...


@dataclass(frozen=True)
class Note:
    """Something that a pass has decided, for people to read."""

    #: "tape", "segments", "checkpoints", "copy", "last", "frame", "clamp", "erased" (a clamp without effect)
    kind: str
    loc: Where
    what: tuple[str, ...] = ()
    size: int = 0  #: bytes an iteration


@dataclass
class Context:
    """The state of building one adjoint. ``types`` and ``namespace`` grow with what is emitted."""

    fn: Function
    types: dict[str, Any]
    aliases: Aliases
    active: frozenset[str]
    rules: RuleBook
    calls: Calls
    namer: Namer
    namespace: dict[str, Any]
    shadow: dict[str, str] = field(default_factory=dict)
    out: list[Stmt] = field(default_factory=list)
    keep_arrays: bool = True
    recorded: set[str] = field(default_factory=set)  #: the names that loops have put on tapes
    notes: list[Note] = field(default_factory=list)
    unsteady: frozenset[str] = frozenset()  #: sites that callers may write to after the call
    snapshots: dict[str, str] = field(default_factory=dict)  #: load -> the copy to load from again

    def object_of(self, op: str) -> Any:
        """The Python object that an op calls, or None."""
        return callee(op, self.namespace)

    def is_active(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and atom.name in self.active

    def type_of(self, atom: Atom) -> Any:
        return type_of(atom, self.types)

    @contextmanager
    def collect(self) -> Iterator[list[Stmt]]:
        """Gather what is emitted inside."""
        outer, self.out = self.out, []
        try:
            yield self.out
        finally:
            self.out = outer

    def fresh(self, base: str, typ: Any) -> str:
        """A new name of a type."""
        name = self.namer(base)
        self.types[name] = typ
        return name

    def let(self, op: str, args: Sequence[Atom], typ: Any = None, *, hint: str = TEMPORARY,
            loc: Where = None, keywords: tuple[str, ...] = ()) -> Var:
        """Emit ``name = op(args)``; Numba tells the type where the caller does not."""
        if typ is None:
            typ = self.result_type(op, args, keywords)
        name = self.fresh(hint, typ)
        self.out.append(Let(name, op, tuple(args), loc, keywords))
        return Var(name)

    def result_type(self, op: str, args: Sequence[Atom], keywords: tuple[str, ...] = ()) -> Any:
        """The Numba type of a call."""
        if op == "tuple":
            return nb.Tuple([self.type_of(a) for a in args])
        if op == "slice":
            return nb.slice2_type if args[2] in (Const(None), Const(1)) else nb.slice3_type
        argtypes = [self._argument_type(a) for a in args]
        given = dict(zip(keywords, argtypes[len(argtypes) - len(keywords):], strict=True))
        positional = argtypes[: len(argtypes) - len(keywords)]
        value = self.object_of(op) if op.split(".")[0] in self.namespace else op
        try:
            return result_type(value, tuple(positional), tuple(given.items()))
        except TypingError as error:
            raise InternalError(f"no type for {op} of {argtypes}: {error}") from error

    def _argument_type(self, atom: Atom) -> Any:
        known = nb.ellipsis if atom == Const(Ellipsis) else self.type_of(atom)
        if known is not None:
            if isinstance(atom, Const) and isinstance(atom.value, str):
                return nb.literal(str(atom.value))
            if isinstance(atom, Const) and isinstance(atom.value, int):
                return nb.literal(atom.value) if not isinstance(atom.value, bool) else nb.boolean
            return known
        from ..core.numba_adapter import typeof

        assert isinstance(atom, Var), atom
        return typeof(callee(atom.name, self.namespace))
