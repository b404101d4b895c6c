"""Expressions of printed Python: atoms and operations nested in each other, and their text.

The text has the fewest parentheses that keep the tree: Python reads it back as the same operations
in the same order, floating-point rounding included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .ir import Atom, Const, Field, Undefined, Var
from .literals import literal
from .ops import BINARY, COMPARE, UNARY_TEXT

__all__ = [
    "Choice", "Expr", "Logic", "Op", "arguments_of", "base_text_of", "names_of",
    "negated", "parts_of", "renamed", "size_of", "split_call", "split_infix", "subscript_of",
    "text_of",
]


@dataclass(frozen=True, slots=True)
class Op:
    """``op(*args)`` as `ir.Let` has it, on expressions."""

    op: str
    args: tuple[Expr, ...]
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """``then if cond else orelse``."""

    cond: Expr
    then: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True)
class Logic:
    """``left and right`` or ``left or right``."""

    word: str
    left: Expr
    right: Expr


Expr = Atom | Op | Choice | Logic

# How tightly each form binds, as in the last section of "Expressions" in Python's reference.
_CHOICE, _OR, _AND, _NOT, _COMPARE, _UNARY, _POWER, _POSTFIX, _NAME = 1, 2, 3, 4, 5, 12, 13, 14, 15
_BINDING = {
    "|": 6, "^": 7, "&": 8, "<<": 9, ">>": 9, "+": 10, "-": 10, "*": 11, "/": 11, "//": 11,
    "%": 11, "@": 11,
}
_INFIX = (*BINARY, *COMPARE)
_LOGIC = {"and": _AND, "or": _OR}
_OPPOSITE = {"==": "!=", "!=": "==", "is": "is not", "is not": "is", "in": "not in", "not in": "in"}


# --- looking at expressions -----------------------------------------------------------------------


def parts_of(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside one, in the order in which Python evaluates them."""
    match expr:
        case Op(args=args):
            return args
        case Choice(cond, then, orelse):
            return (cond, then, orelse)
        case Logic(left=left, right=right):
            return (left, right)
    return ()


def names_of(expr: Expr) -> Iterator[str]:
    """The names that an expression reads, with repetition."""
    if isinstance(expr, Var):
        yield expr.name
    for part in parts_of(expr):
        yield from names_of(part)


def renamed(expr: Expr, spell: Callable[[str], str]) -> Expr:
    """An expression with every name replaced."""
    match expr:
        case Var(name):
            return Var(spell(name))
        case Op(op, args, keywords):
            return Op(op, tuple(renamed(arg, spell) for arg in args), keywords)
        case Choice(cond, then, orelse):
            return Choice(renamed(cond, spell), renamed(then, spell), renamed(orelse, spell))
        case Logic(word, left, right):
            return Logic(word, renamed(left, spell), renamed(right, spell))
    return expr


def size_of(expr: Expr) -> int:
    """The number of operations in an expression."""
    return (not isinstance(expr, Var | Const | Undefined)) + sum(map(size_of, parts_of(expr)))


def negated(cond: Expr) -> Expr:
    """A condition that holds when ``cond`` does not.

    ``<`` is not turned round: ``not a < b`` holds for NaN and ``a >= b`` does not.
    """
    match cond:
        case Op("not", (inner,)):
            return inner
        case Op(op, args) if op in _OPPOSITE:
            return Op(_OPPOSITE[op], args)
    return Op("not", (cond,))


# --- text -----------------------------------------------------------------------------------------


def text_of(expr: Expr, binding: int = 0) -> str:
    """The Python text of an expression.

    Parameters
    ----------
    expr : Expr
    binding : int, optional
        How tightly the text must bind to stand where it is going to be put.

    Examples
    --------
    >>> text_of(Op("*", (Op("+", (Var("a"), Const(1))), Var("b"))))
    '(a + 1) * b'
    >>> text_of(Op("**", (Const(-2), Op("neg", (Var("x"),)))))
    '(-2) ** -x'
    """
    text, own = _spelled(expr)
    return text if own >= binding else f"({text})"


def subscript_of(index: Sequence[Expr]) -> str:
    """What stands in the brackets of ``base[...]``.

    Examples
    --------
    >>> subscript_of([Op("slice", (Const(1), Var("n"), Const(None))), Const(None)])
    '1:n, None'
    """
    if len(index) == 1 and isinstance(index[0], Op) and index[0].op == "tuple":
        index = index[0].args  # x[(i, j)] is x[i, j]
        if len(index) == 1:
            return f"{_item(index[0])},"
    return ", ".join(map(_item, index)) or "()"


def base_text_of(expr: Expr) -> str:
    """The text of an expression before ``[...]`` or ``.name``."""
    text = text_of(expr, _POSTFIX)
    return f"({text})" if text[0].isdigit() else text


def arguments_of(args: Sequence[Expr]) -> str:
    """Expressions with commas between them."""
    return ", ".join(map(text_of, args))


def split_call(expr: Expr) -> tuple[str, list[str]]:
    """What stands before and in the brackets of a call or tuple; nothing for other expressions."""
    if not isinstance(expr, Op) or expr.op in (*_INFIX, *UNARY_TEXT, "[]", "id"):
        return "", []
    head, args = expr.op, expr.args
    if head.startswith("."):
        if not head.endswith("()"):
            return "", []
        head, args = base_text_of(args[0]) + head.removesuffix("()"), args[1:]
    if head == "slice":
        args = _shortest_slice(args)
    split = len(args) - len(expr.keywords)
    named = [f"{k}={text_of(a)}" for k, a in zip(expr.keywords, args[split:], strict=True)]
    return "" if head == "tuple" else head, [*map(text_of, args[:split]), *named]


def split_infix(expr: Expr) -> list[str]:
    """The operands of a chain such as ``a + b - c``, each but the first after its operator."""
    match expr:
        case Logic(word, left, right):
            own, least = _LOGIC[word], _LOGIC[word]
        case Op(word, (left, right)) if word in _BINDING:
            own, least = _BINDING[word], _BINDING[word] + 1
        case _:
            return [text_of(expr)]
    inner = split_infix(left) if _binding(left) == own else [text_of(left, own)]
    return [*inner, f"{word} {text_of(right, least)}"]


def _binding(expr: Expr) -> int:
    return _spelled(expr)[1]


def _spelled(expr: Expr) -> tuple[str, int]:
    """The text, and how tightly it binds."""
    match expr:
        case Var(name):
            return name, _NAME
        case Const(value):
            text = literal(value)
            return text, _UNARY if text.startswith("-") else _NAME
        case Undefined():
            return "None", _NAME
        case Choice(cond, then, orelse):
            parts = text_of(then, _OR), text_of(cond, _OR), text_of(orelse, _CHOICE)
            return "{} if {} else {}".format(*parts), _CHOICE
        case Logic(word, left, right):
            own = _LOGIC[word]
            return f"{text_of(left, own)} {word} {text_of(right, own)}", own
        case Op():
            return _operation(expr)
    raise AssertionError(expr)


def _operation(expr: Op) -> tuple[str, int]:
    op, args = expr.op, expr.args
    if op in _INFIX:
        return _infix(op, *args)
    if op in UNARY_TEXT:
        own = _NOT if op == "not" else _UNARY
        # A sign before a sign gets a bracket only for the eye: --x is hard to read.
        return UNARY_TEXT[op] + text_of(args[0], own if op == "not" else own + 1), own
    if op == "id":
        return _spelled(args[0])
    if op == "[]":
        if len(args) == 2 and isinstance(args[1], Const) and isinstance(args[1].value, Field):
            return f"{base_text_of(args[0])}.{args[1].value}", _POSTFIX
        return f"{base_text_of(args[0])}[{subscript_of(args[1:])}]", _POSTFIX
    if op == "tuple":
        return f"({arguments_of(args)}{',' if len(args) == 1 else ''})", _NAME
    if op.startswith(".") and not op.endswith("()"):
        return base_text_of(args[0]) + op, _POSTFIX
    head, arguments = split_call(expr)
    return f"{head}({', '.join(arguments)})", _POSTFIX


def _infix(op: str, left: Expr, right: Expr) -> tuple[str, int]:
    if op == "**":  # groups to the right, and its exponent may have a sign
        own, left_least, right_least = _POWER, _POSTFIX, _UNARY
    elif op in COMPARE:  # never a chain: a < b < c means something else
        own, left_least, right_least = _COMPARE, _COMPARE + 1, _COMPARE + 1
    else:
        own = _BINDING[op]
        left_least, right_least = own, own + 1
    return f"{text_of(left, left_least)} {op} {text_of(right, right_least)}", own


def _item(index: Expr) -> str:
    if not (isinstance(index, Op) and index.op == "slice"):
        return text_of(index)
    start, stop, step = _all_of_slice(index.args)
    texts = ["" if part == Const(None) else text_of(part) for part in (start, stop)]
    texts += [] if step == Const(None) else [text_of(step)]
    separator = " : " if any(" " in text for text in texts) else ":"
    return separator.join(texts).strip()


def _all_of_slice(args: Sequence[Expr]) -> tuple[Expr, Expr, Expr]:
    nothing = Const(None)
    match args:
        case (stop,):
            return nothing, stop, nothing
        case (start, stop):
            return start, stop, nothing
        case (start, stop, step):
            return start, stop, step
    raise AssertionError(args)


def _shortest_slice(args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return args[:2] if len(args) == 3 and args[2] == Const(None) else args
