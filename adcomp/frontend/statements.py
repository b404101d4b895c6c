"""Statements to Core."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from numba import types

from ..core.ir import Atom, Block, Call, Const, Raise, SetItem, Stmt, Undefined, Var, walk
from . import conversions
from .expressions import atom_of, binary_op, expression, index_atoms
from .fence import UNSUPPORTED, refuse
from .frame import Frame
from .structure import RESULT, forgets_to_return, structure
from .values import LocalFunction, Static, StructureValue, TupleValue, Value


def run_body(frame: Frame) -> Value:
    """Emit the body of the frame's function; its result."""
    conversions.given(frame)
    return conversions.returned(frame, _run_body(frame))


def _run_body(frame: Frame) -> Value:
    node = frame.source.node
    if isinstance(node, ast.Lambda):
        return expression(frame, node.body)
    if forgets_to_return(node.body):
        what = f"{node.name} returns a value on some paths, and nothing on others"
        raise frame.refuse(what, node,
                           hint="return a value on every path, or raise an exception")
    statements(frame, structure(node.body))
    value = frame.env.get(RESULT, Const(None))
    return Const(None) if isinstance(value, Undefined) else value


def statements(frame: Frame, stmts: Sequence[ast.stmt]) -> None:
    """Emit a list of statements."""
    for stmt in stmts:
        _statement(frame, stmt)


def _statement(frame: Frame, stmt: ast.stmt) -> None:
    from .loops import for_loop, while_loop

    match stmt:
        case ast.Pass():
            pass
        case ast.Expr(value=ast.Constant()):  # a docstring
            pass
        case ast.Expr(value=value):
            _effect(frame, value)
        case ast.Assign(targets=targets, value=value):
            hint = next((t.id for t in targets if isinstance(t, ast.Name)), None)
            result = expression(frame, value, hint)
            for target in targets:
                assign(frame, target, result)
        case ast.AnnAssign(target=target, value=value):
            if value is not None:
                hint = target.id if isinstance(target, ast.Name) else None
                assign(frame, target, expression(frame, value, hint))
        case ast.AugAssign():
            _augmented(frame, stmt)
        case ast.If():
            _if(frame, stmt)
        case ast.For():
            for_loop(frame, stmt)
        case ast.While():
            while_loop(frame, stmt)
        case ast.Raise():
            _raise(frame, stmt)
        case ast.Assert():
            _assert(frame, stmt)
        case ast.FunctionDef():
            if stmt.decorator_list:
                raise frame.refuse("a decorated inner function is not supported", stmt,
                                   hint="define it at module level")
            frame.env[stmt.name] = _local_function(frame, stmt)
        case _:
            refuse(stmt, frame.loc(stmt))


def _local_function(frame: Frame, node: ast.FunctionDef) -> LocalFunction:
    defaults = tuple(expression(frame, d) for d in node.args.defaults)
    pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    kwdefaults = tuple((a.arg, expression(frame, d)) for a, d in pairs if d is not None)
    return LocalFunction(node, frame, defaults, kwdefaults)


def _effect(frame: Frame, node: ast.expr) -> None:
    if isinstance(node, tuple(UNSUPPORTED)):
        refuse(node, frame.loc(node))
    expression(frame, node)


# --- assignment ---------------------------------------------------------------------------------


def assign(frame: Frame, target: ast.expr, value: Value, *, counts: bool = False) -> None:
    """Bind or store a value.

    The index of a loop keeps its type, whatever is declared of its name: it is a number that fits.
    """
    match target:
        case ast.Name(id=name):
            if name in frame.declared.locals and not counts:
                value = conversions.converted(frame, value, frame.declared.locals[name], target, name)
            frame.env[name] = value
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            for part, item in zip(elts, _unpack(frame, elts, value, target), strict=True):
                assign(frame, part, item)
        case ast.Subscript(value=base, slice=index):
            array = _stored_into(frame, base)
            atoms = index_atoms(frame, index)
            if isinstance(value, TupleValue):
                raise frame.refuse("a tuple is stored in an array", target,
                                   hint="store the elements one by one")
            frame.builder.stmts.append(
                SetItem(array, atoms, frame.atom(value, target), loc=frame.loc(target))
            )
        case ast.Attribute(attr=attr):
            raise frame.refuse(f"assignment to the attribute {attr} is not supported", target,
                               hint="keep the state in arrays or local names")
        case _:
            refuse(target, frame.loc(target))


def _stored_into(frame: Frame, node: ast.expr) -> Atom:
    value = expression(frame, node)
    if isinstance(value, TupleValue):
        raise frame.refuse("an element of a tuple or list is assigned", node,
                           hint="keep values that change in an array")
    return frame.atom(value, node)


def _unpack(frame: Frame, elts: Sequence[ast.expr], value: Value, node: ast.AST) -> Sequence[Value]:
    if any(isinstance(e, ast.Starred) for e in elts):
        raise frame.refuse("starred assignment is not supported", node, hint="index the tuple")
    if isinstance(value, TupleValue):
        if len(value.items) != len(elts):
            raise frame.refuse(
                f"{len(value.items)} values are unpacked into {len(elts)} names", node)
        return value.items
    if isinstance(value, Static):
        raise frame.refuse("this object can't be unpacked", node)
    atom = frame.atom(value, node)
    if isinstance(frame.kind_of(atom), types.Array):
        _check_length(frame, atom, len(elts), node)
    names = [e.id if isinstance(e, ast.Name) else None for e in elts]
    return [frame.emit("[]", (atom, Const(k)), node, name) for k, name in enumerate(names)]


def _check_length(frame: Frame, array: Atom, n: int, node: ast.AST) -> None:
    """Raise, as Python does, if an array is unpacked into fewer or more names than it has elements."""
    length = frame.emit("len", (array,), node)
    differ = frame.emit("!=", (length, Const(n)), node)
    name = frame.builder.global_name(ValueError, "ValueError")
    message = Const(f"an array is unpacked into {n} names, and has another length")
    fail = Raise(name, (message,), frame.loc(node))
    frame.branch(differ, lambda: frame.builder.stmts.append(fail), lambda: None, node)


_AUGMENTED: dict[type[ast.operator], str] = {
    ast.Add: "operator.iadd", ast.Sub: "operator.isub", ast.Mult: "operator.imul",
    ast.Div: "operator.itruediv", ast.FloorDiv: "operator.ifloordiv", ast.Mod: "operator.imod",
    ast.Pow: "operator.ipow", ast.MatMult: "operator.imatmul", ast.BitAnd: "operator.iand",
    ast.BitOr: "operator.ior", ast.BitXor: "operator.ixor", ast.LShift: "operator.ilshift",
    ast.RShift: "operator.irshift",
}


def _augmented(frame: Frame, stmt: ast.AugAssign) -> None:
    target = stmt.target
    if isinstance(target, ast.Name):
        old = frame.lookup(ast.copy_location(ast.Name(target.id, ast.Load()), target))
        value = expression(frame, stmt.value)
        if isinstance(old, TupleValue | StructureValue) or isinstance(value, TupleValue | StructureValue):
            frame.env[target.id] = binary_op(frame, stmt.op, old, value, stmt, target.id)
            return
        args = (frame.atom(old, stmt), frame.atom(value, stmt))
        assign(frame, target, frame.emit(_AUGMENTED[type(stmt.op)], args, stmt, target.id))
        return
    if not isinstance(target, ast.Subscript):
        refuse(target, frame.loc(target))
    array = _stored_into(frame, target.value)
    index = index_atoms(frame, target.slice)
    loc = frame.loc(stmt)
    with frame.builder.capture() as stmts:
        value = expression(frame, stmt.value)
    if isinstance(stmt.op, (ast.Add, ast.Sub)) and not _writes(stmts):
        frame.builder.stmts += stmts
        value_atom = frame.atom(value, stmt.value)
        if isinstance(stmt.op, ast.Sub):
            value_atom = frame.emit("neg", (value_atom,), stmt)
        frame.builder.stmts.append(SetItem(array, index, value_atom, accumulate=True, loc=loc))
        return
    old_atom = frame.emit("[]", (array, *index), stmt)
    frame.builder.stmts += stmts
    new = binary_op(frame, stmt.op, old_atom, value, stmt)
    frame.builder.stmts.append(SetItem(array, index, frame.atom(new, stmt), loc=loc))


def _writes(stmts: Sequence[Stmt]) -> bool:
    """Do statements write to memory?"""
    return any(isinstance(s, (SetItem, Call)) for s in walk(Block(tuple(stmts))))


# --- branches and exceptions --------------------------------------------------------------------


def _if(frame: Frame, stmt: ast.If) -> None:
    cond = expression(frame, stmt.test)
    if isinstance(cond, Static):
        cond = Const(bool(cond.value))
    if isinstance(cond, TupleValue) or isinstance(cond, StructureValue) and cond.cls is dict:
        cond = Const(bool(cond.items))
    if isinstance(cond, Const):
        statements(frame, stmt.body if cond.value else stmt.orelse)
        last = frame.builder.stmts[-1] if frame.builder.stmts else None
        if isinstance(last, Raise) and frame.builder.place is not None:  # in a definition
            raise frame.refuse(f"this call always raises {last.exception}", stmt,
                               hint="its arguments do not fit, whatever the arrays hold")
        return

    def run(stmts: Sequence[ast.stmt]) -> None:
        statements(frame, stmts)

    frame.branch(frame.atom(cond, stmt), lambda: run(stmt.body), lambda: run(stmt.orelse), stmt)


def _raise(frame: Frame, stmt: ast.Raise) -> None:
    if stmt.exc is None or stmt.cause is not None:
        raise frame.refuse("only 'raise Exception(arguments)' is supported", stmt)
    exc, args = stmt.exc, []
    if isinstance(exc, ast.Call):
        if exc.keywords:
            raise frame.refuse("keyword arguments of an exception are not supported", stmt)
        args = [_message(frame, a) for a in exc.args]
        exc = exc.func
    kind = expression(frame, exc)
    if not (isinstance(kind, Static) and isinstance(kind.value, type)
            and issubclass(kind.value, BaseException)):
        raise frame.refuse("only exception classes can be raised", stmt)
    name = frame.builder.global_name(kind.value, kind.value.__name__)
    frame.builder.stmts.append(Raise(name, tuple(args), frame.loc(stmt)))


def _message(frame: Frame, node: ast.expr) -> Atom:
    if isinstance(node, ast.JoinedStr):
        parts = [v.value if isinstance(v, ast.Constant) else "?" for v in node.values]
        return Const("".join(map(str, parts)))
    return atom_of(frame, node)


def _assert(frame: Frame, stmt: ast.Assert) -> None:
    cond = atom_of(frame, stmt.test)
    args = (_message(frame, stmt.msg),) if stmt.msg is not None else ()
    name = frame.builder.global_name(AssertionError, "AssertionError")

    def fail() -> None:
        frame.builder.stmts.append(Raise(name, args, frame.loc(stmt)))

    frame.branch(cond, lambda: None, fail, stmt)


def call_effect(frame: Frame, op: str, args: Sequence[Atom], mutates: tuple[int, ...],
                node: ast.AST, keywords: tuple[str, ...] = ()) -> Value:
    """Emit a call that is made for what it does."""
    frame.builder.stmts.append(Call(op, tuple(args), mutates, frame.loc(node), keywords))
    return Const(None)


__all__ = ["Var", "assign", "call_effect", "run_body", "statements"]
