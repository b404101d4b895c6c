"""Statements whose expression does not fit on one line."""

from __future__ import annotations

from collections.abc import Iterator

from .expressions import Choice, Expr, Logic, Op, split_call, split_infix, text_of

__all__ = ["WIDTH", "laid_out"]

WIDTH = 100
_INDENT = "    "


def laid_out(before: str, expr: Expr, after: str = "", width: int = WIDTH) -> Iterator[str]:
    """Lines of ``before``, an expression and ``after``, broken at the expression's outermost parts.

    Examples
    --------
    >>> from .ir import Var
    >>> total = Op("+", (Op("*", (Var("a"), Var("b"))), Var("c")))
    >>> print("\\n".join(laid_out("x = ", total, width=10)))
    x = (
        a * b
        + c
    )
    """
    text = f"{before}{text_of(expr)}{after}"
    opening, pieces = _pieces(expr) if len(text) > width else ("", [])
    if not pieces:
        yield text
        return
    yield before + opening
    yield from (_INDENT + piece for piece in pieces)
    yield ")" + after


def _pieces(expr: Expr) -> tuple[str, list[str]]:
    """What opens a bracket, and the lines in it."""
    match expr:
        case Choice(cond, then, orelse):
            return "(", [text_of(then, 2), f"if {text_of(cond, 2)}", f"else {text_of(orelse, 1)}"]
        case Logic() | Op():
            chain = split_infix(expr)
            if len(chain) > 1:
                return "(", chain
            head, arguments = split_call(expr)
            return head + "(", [f"{argument}," for argument in arguments]
    return "", []
