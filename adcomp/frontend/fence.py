"""What adcomp does not read: each with what to do instead."""

from __future__ import annotations

import ast
from typing import NoReturn

from ..errors import Loc, UnsupportedSyntax

#: syntax node -> (what it is, hint)
UNSUPPORTED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Try: ("try/except", "test the condition with if, or let the exception pass"),
    ast.With: ("with", "call what is inside directly"),
    ast.AsyncFunctionDef: ("async def", "use a plain function"),
    ast.AsyncFor: ("async for", "use a plain loop"),
    ast.AsyncWith: ("async with", "use plain code"),
    ast.Await: ("await", "use plain code"),
    ast.Yield: ("yield", "collect into an array"),
    ast.YieldFrom: ("yield from", "collect into an array"),
    ast.ClassDef: ("a class inside a function", "define it at module level"),
    ast.Import: ("import inside a function", "import at module level"),
    ast.ImportFrom: ("import inside a function", "import at module level"),
    ast.Delete: ("del", "rebind the name"),
    ast.Global: ("global", "pass the value in and return it"),
    ast.Nonlocal: ("nonlocal", "pass the value in and return it"),
    ast.Match: ("match", "use if/elif"),
    ast.ListComp: ("a list comprehension", "fill an array in a loop"),
    ast.SetComp: ("a set comprehension", "fill an array in a loop"),
    ast.DictComp: ("a dict comprehension", "use arrays"),
    ast.GeneratorExp: ("a generator expression", "write the loop"),
    ast.Set: ("a set", "use an array or a tuple"),
    ast.Dict: ("a dict", "use arrays or a tuple"),
    ast.Starred: ("a starred expression", "write the elements out"),
    ast.NamedExpr: ("an assignment expression", "assign on a line of its own"),
    ast.JoinedStr: ("an f-string", "use a literal"),
}


def refuse(node: ast.AST, loc: Loc) -> NoReturn:
    """Raise :class:`UnsupportedSyntax` for a node."""
    what, hint = UNSUPPORTED.get(
        type(node), (f"{type(node).__name__} syntax", "see 'What is supported' in the README")
    )
    raise UnsupportedSyntax(f"{what} is not supported", loc=loc, hint=hint)
