"""Random programs in Core, and an interpreter that says what they mean."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types as nb

from adcomp.core import ops
from adcomp.core.ir import (
    UNDEFINED,
    Block,
    Call,
    Carried,
    Const,
    For,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Var,
    While,
)
from adcomp.core.names import Namer

LENGTH = 4
KINDS = {
    "int": nb.int64,
    "bool": nb.boolean,
    "array": nb.Array(nb.int64, 1, "C"),
    "pair": nb.UniTuple(nb.int64, 2),
}


class Raised(Exception):
    """What the programs raise."""


# --- meaning --------------------------------------------------------------------------------------


def run(fn: Function, args: tuple[Any, ...]) -> Any:
    """Interpret a function."""
    env = dict(zip(fn.params, args, strict=True))
    values = _block(fn.body, env, fn.namespace)
    return None if fn.returns == "none" else _arranged(fn.returns, iter(values))


def _arranged(layout: Any, values: Any) -> Any:
    return next(values) if layout == "value" else tuple(_arranged(k, values) for k in layout)


def _block(block: Block, env: dict[str, Any], ns: Any) -> list[Any]:
    for stmt in block.stmts:
        _stmt(stmt, env, ns)
    return [_atom(atom, env) for atom in block.yields]


def _atom(atom: Any, env: dict[str, Any]) -> Any:
    if atom is UNDEFINED:
        return UNDEFINED
    return atom.value if isinstance(atom, Const) else env[atom.name]


def _stmt(stmt: Any, env: dict[str, Any], ns: Any) -> None:
    match stmt:
        case Let(target, op, args):
            env[target] = _apply(op, [_atom(a, env) for a in args], ns)
        case Call(op, args):
            _apply(op, [_atom(a, env) for a in args], ns)
        case SetItem(array, index, value, accumulate):
            place = tuple(_atom(i, env) for i in index)
            old = _atom(array, env)[place] if accumulate else 0
            _atom(array, env)[place] = old + _atom(value, env)
        case If(cond, then, orelse, results):
            values = _block(then if _atom(cond, env) else orelse, env, ns)
            env.update(zip(results, values, strict=True))
        case For(index, start, stop, step, carried, body):
            state = [_atom(c.init, env) for c in carried]
            for k in range(*(_atom(a, env) for a in (start, stop, step))):
                env[index] = k
                env.update(zip((c.phi for c in carried), state, strict=True))
                state = _block(body, env, ns)
            env.update(zip((c.result for c in carried), state, strict=True))
        case While(carried, test, body):
            state = [_atom(c.init, env) for c in carried]
            while True:
                env.update(zip((c.phi for c in carried), state, strict=True))
                if not _block(test, env, ns)[0]:
                    break
                state = _block(body, env, ns)
            env.update(zip((c.result for c in carried), state, strict=True))
        case Raise(exception, args):
            raise ns[exception](*(_atom(a, env) for a in args))


def _apply(op: str, args: list[Any], ns: Any) -> Any:
    match op:
        case "[]":
            return args[0][args[1] if len(args) == 2 else tuple(args[1:])]
        case "slice":
            return slice(*args)
        case "tuple":
            return tuple(args)
        case "id":
            return args[0]
    return ops.callee(op, ns)(*args)


# --- programs -------------------------------------------------------------------------------------


class Generator:
    """Writes one random function of two integers and two arrays.

    Every name's kind is in ``kinds``. ``note`` is a call that nothing is known of: it writes down
    that it was made.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.namer = Namer(["n", "m", "u", "v", "note", "fill", "Raised", "np"])
        self.kinds = {"n": "int", "m": "int", "u": "array", "v": "array"}

    def function(self) -> Function:
        """The function; it returns some names that it defined."""
        params = ("n", "m", "u", "v")
        scope = list(params)
        stmts = self.stmts(scope, depth=0, count=self.random.randint(2, 7))
        ints = [Var(name) for name in scope if self.kinds[name] in ("int", "bool", "array")]
        results = tuple(self.random.choice(ints) for _ in range(self.random.randint(1, 3)))
        layout = ("value",) * len(results)
        return Function("f", params, Block(tuple(stmts), results), returns=layout)

    def arguments(self) -> tuple[Any, ...]:
        """Fresh arguments, the same every time."""
        return 3, 5, np.arange(LENGTH) * 7 + 1, np.arange(LENGTH) * 3 + 2

    def new(self, kind: str) -> str:
        """A name that is not taken, mostly a version of one that is."""
        base = self.random.choice(["_t", "_t", "_t", "x", "y", "s", "a", "n"])
        if kind == "array":
            base = self.random.choice(["_t", "u", "v", "w"])
        name = self.namer(base)
        self.kinds[name] = kind
        return name

    def pick(self, scope: list[str], kind: str) -> Any:
        """An atom of a kind, mostly a recent name."""
        names = [name for name in scope if self.kinds[name] == kind]
        if kind in ("int", "bool") and (not names or self.random.random() < 0.15):
            value = self.random.randint(-2, 5)
            return Const(value if kind == "int" else value > 1)
        recent = names[-4:] if self.random.random() < 0.7 else names
        return Var(self.random.choice(recent))

    def stmts(self, scope: list[str], depth: int, count: int) -> list[Any]:
        """Statements; what they define is added to the scope."""
        found: list[Any] = []
        makers: list[Callable[..., Any]] = [
            self.arithmetic, self.arithmetic, self.arithmetic, self.load, self.load, self.store,
            self.noted, self.comparison, self.effect, self.pair, self.fresh, self.alias,
        ]
        if depth < 3:
            makers += [self.branch, self.logic, self.choice, self.loop, self.loop, self.repeat,
                       self.guard, self.last_of_loop]
        for _ in range(count):
            self.random.choice(makers)(found, scope, depth)
        return found

    def let(self, out: list[Any], scope: list[str], kind: str, op: str, *args: Any) -> Any:
        name = self.new(kind)
        out.append(Let(name, op, args))
        scope.append(name)
        return Var(name)

    def arithmetic(self, out: list[Any], scope: list[str], depth: int) -> None:
        op = self.random.choice(["+", "-", "*", "neg"])
        args = [self.pick(scope, "int") for _ in range(1 if op == "neg" else 2)]
        value = self.let(out, scope, "int", op, *args)
        if op == "*":
            self.let(out, scope, "int", "%", value, Const(1009))

    def load(self, out: list[Any], scope: list[str], depth: int) -> None:
        place = self.let(out, scope, "int", "%", self.pick(scope, "int"), Const(LENGTH))
        self.let(out, scope, "int", "[]", self.pick(scope, "array"), place)

    def store(self, out: list[Any], scope: list[str], depth: int) -> None:
        place = self.let(out, scope, "int", "%", self.pick(scope, "int"), Const(LENGTH))
        value = self.let(out, scope, "int", "%", self.pick(scope, "int"), Const(97))
        array = self.pick(scope, "array")
        out.append(SetItem(array, (place,), value, self.random.random() < 0.5))

    def noted(self, out: list[Any], scope: list[str], depth: int) -> None:
        self.let(out, scope, "int", "note", self.pick(scope, "int"), self.pick(scope, "array"))

    def comparison(self, out: list[Any], scope: list[str], depth: int) -> None:
        op = self.random.choice(["<", "<=", "==", "!="])
        self.let(out, scope, "bool", op, self.pick(scope, "int"), self.pick(scope, "int"))
        if self.random.random() < 0.3:
            self.let(out, scope, "bool", "not", self.pick(scope, "bool"))

    def effect(self, out: list[Any], scope: list[str], depth: int) -> None:
        out.append(Call("fill", (self.pick(scope, "array"), self.pick(scope, "int")), (0,)))

    def pair(self, out: list[Any], scope: list[str], depth: int) -> None:
        pair = self.let(out, scope, "pair", "tuple", *(self.pick(scope, "int") for _ in range(2)))
        self.let(out, scope, "int", "[]", pair, Const(self.random.randint(0, 1)))

    def fresh(self, out: list[Any], scope: list[str], depth: int) -> None:
        old = self.pick(scope, "array")
        op = self.random.choice(["np.zeros_like", "np.copy", "id", "np.negative"])
        self.let(out, scope, "array", op, old)

    def alias(self, out: list[Any], scope: list[str], depth: int) -> None:
        kind = self.random.choice(["int", "bool", "array"])
        self.let(out, scope, kind, "id", self.pick(scope, kind))

    def block(self, scope: list[str], depth: int, kinds: list[str]) -> Block:
        """A nested block with yields of some kinds."""
        inner = list(scope)
        stmts = self.stmts(inner, depth + 1, self.random.randint(0, 4))
        yields = tuple(self.bounded(stmts, inner, kind) for kind in kinds)
        return Block(tuple(stmts), yields)

    def bounded(self, out: list[Any], scope: list[str], kind: str) -> Any:
        """An atom to yield; integers are kept small, however often a loop runs."""
        atom = self.pick(scope, kind)
        if kind == "int" and self.random.random() < 0.5:
            return self.let(out, scope, kind, "%", atom, Const(1009))
        return atom

    def results(self) -> list[str]:
        return [self.random.choice(["int", "int", "bool", "array"])
                for _ in range(self.random.randint(0, 3))]

    def branch(self, out: list[Any], scope: list[str], depth: int) -> None:
        kinds = self.results()
        then, orelse = (self.block(scope, depth, kinds) for _ in range(2))
        self.if_(out, scope, self.pick(scope, "bool"), then, orelse, kinds)

    def if_(self, out, scope, cond, then, orelse, kinds):
        names = [self.new(kind) for kind in kinds]
        out.append(If(cond, then, orelse, tuple(names)))
        scope += names

    def guard(self, out: list[Any], scope: list[str], depth: int) -> None:
        kinds = self.results()
        raising = Block((Raise("Raised", (self.pick(scope, "int"),)),), (UNDEFINED,) * len(kinds))
        wrong = self.let(out, scope, "bool", "==", self.pick(scope, "int"), Const(17))
        self.if_(out, scope, wrong, raising, self.block(scope, depth, kinds), kinds)

    def logic(self, out: list[Any], scope: list[str], depth: int) -> None:
        inner: list[Any] = []
        inside = list(scope)
        self.comparison(inner, inside, depth)
        cond = self.pick(scope, "bool")
        right = Block(tuple(inner), (Var(inside[-1]),))
        if self.random.random() < 0.5:
            left = Block((), (self.random.choice([Const(False), cond]),))
            self.if_(out, scope, cond, right, left, ["bool"])
        else:
            left = Block((), (self.random.choice([Const(True), cond]),))
            self.if_(out, scope, cond, left, right, ["bool"])

    def choice(self, out: list[Any], scope: list[str], depth: int) -> None:
        blocks = []
        for _ in range(2):
            inner: list[Any] = []
            inside = list(scope)
            self.random.choice([self.load, self.noted, self.pair])(inner, inside, depth)
            blocks.append(Block(tuple(inner), (Var(inside[-1]),)))
        self.if_(out, scope, self.pick(scope, "bool"), *blocks, ["int"])

    def carried(self, scope: list[str], kinds: list[str]) -> tuple[tuple[Carried, ...], list[str]]:
        inits = [self.pick(scope, kind) for kind in kinds]
        phis = [self.version_of(init, kind) for init, kind in zip(inits, kinds, strict=True)]
        return tuple(
            Carried(phi, init, self.version_of(Var(phi), kind))
            for phi, init, kind in zip(phis, inits, kinds, strict=True)
        ), phis

    def version_of(self, atom: Any, kind: str) -> str:
        """Mostly another version of the same name."""
        if not isinstance(atom, Var) or self.random.random() < 0.2:
            return self.new(kind)
        name = self.namer(atom.name)
        self.kinds[name] = kind
        return name

    def loop(self, out: list[Any], scope: list[str], depth: int) -> None:
        kinds = self.results()
        carried, phis = self.carried(scope, kinds)
        index = self.namer(self.random.choice(["i", "n", "x"]))
        self.kinds[index] = "int"
        trips = self.let(out, scope, "int", "%", self.pick(scope, "int"), Const(4))
        bounds = self.random.choice([
            (Const(0), trips, Const(1)),
            (Const(2), Const(-1), Const(-1)),
            (trips, Const(3), Const(1)),
        ])
        body = self.block([*scope, index, *phis], depth, kinds)
        if self.random.random() < 0.4 and len(set(kinds)) < len(kinds):
            body = Block(body.stmts, self.swapped(phis, kinds))
        out.append(For(index, *bounds, carried, body))
        scope += [c.result for c in carried]

    def swapped(self, phis: list[str], kinds: list[str]) -> tuple[Any, ...]:
        """The phis, those of one kind among each other."""
        order = {kind: [p for p, k in zip(phis, kinds, strict=True) if k == kind] for kind in kinds}
        for names in order.values():
            names.append(names.pop(0))
        return tuple(Var(order[kind].pop(0)) for kind in kinds)

    def last_of_loop(self, out: list[Any], scope: list[str], depth: int) -> None:
        """A name that is assigned in a loop only, and used after it."""
        phi, result = self.new("int"), self.new("int")
        index = self.namer("i")
        self.kinds[index] = "int"
        body = self.block([*scope, index], depth, ["int"])
        out.append(For(index, Const(0), Const(self.random.randint(1, 3)), Const(1),
                       (Carried(phi, UNDEFINED, result),), body))
        scope.append(result)

    def repeat(self, out: list[Any], scope: list[str], depth: int) -> None:
        """A while loop; a counter ends it."""
        kinds = self.results()
        carried, phis = self.carried(scope, kinds)
        counter = Carried(self.new("int"), Const(self.random.randint(0, 3)), self.new("int"))
        test_scope = [*scope, counter.phi, *phis]
        test = self.stmts(test_scope, 3, self.random.choice([0, 0, 2]))
        going = self.let(test, test_scope, "bool", ">", Var(counter.phi), Const(0))
        body = self.block([*scope, counter.phi, *phis], depth, kinds)
        stmts = list(body.stmts)
        less = self.let(stmts, list(scope), "int", "-", Var(counter.phi), Const(1))
        out.append(While((counter, *carried), Block(tuple(test), (going,)),
                         Block(tuple(stmts), (less, *body.yields))))
        scope += [counter.result, *(c.result for c in carried)]
