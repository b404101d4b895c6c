"""The errors that adcomp raises, and how they point at source.

Every error is an `AdcompError`: a message, the place in the user's program that it is about, and
a hint that says what to do next. All of them pickle, so they cross process boundaries with their
location intact. Those that a compiled function raises by itself (`AliasedArguments`,
`ShapeMismatch`, `StateChanges`, `TapeTooLarge`) can be raised in nopython code with positional arguments.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "AdcompError",
    "AliasedArguments",
    "BackendError",
    "ControlOnlyDependence",
    "InternalError",
    "Loc",
    "NoRuleError",
    "NotScalarOutput",
    "ShapeMismatch",
    "StateChanges",
    "TangentError",
    "TapeTooLarge",
    "TypeInferenceError",
    "UnsupportedOption",
    "UnsupportedSyntax",
    "WrtError",
]

_TAB = 4


@dataclass(frozen=True, slots=True)
class Loc:
    """A place in source text.

    Every field may be left out: what is unknown is not printed.

    Parameters
    ----------
    file : str, optional
        Path of the file, as it should be shown.
    line : int, optional
        Line number, counted from one.
    column, end_column : int, optional
        Half-open range of characters in the line, counted from zero as `ast` does; printed from
        one. Without `end_column` a single caret is drawn.
    function : str, optional
        Name of the function that holds the line.
    text : str, optional
        The line itself, with its indentation. Read from `file` when it is not given.

    Examples
    --------
    >>> loc = Loc("model.py", 3, column=8, end_column=12, text="    y = f(x)")
    >>> str(loc)
    'model.py:3:9'
    >>> print(loc.excerpt())
        y = f(x)
            ^^^^
    >>> str(Loc())
    '<unknown>'
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_column: int | None = None
    function: str | None = None
    text: str | None = None

    @classmethod
    def of(
        cls,
        node: ast.AST,
        lines: Sequence[str] = (),
        *,
        file: str | None = None,
        function: str | None = None,
        line_offset: int = 0,
        column_offset: int = 0,
    ) -> Loc:
        """Locate an `ast` node.

        Parameters
        ----------
        node : ast.AST
            A node with `lineno` and `col_offset`; others give a location without a line.
        lines : sequence of str, optional
            The text that was parsed, by line. Turns the byte offsets of `ast` into characters.
        file, function : str, optional
            As in `Loc`.
        line_offset, column_offset : int, optional
            What to add when the parsed text was cut out of a file and dedented.

        Examples
        --------
        >>> source = "y = é + g(x)"
        >>> call = ast.parse(source).body[0].value.right
        >>> print(Loc.of(call, source.splitlines()).excerpt())
        y = é + g(x)
                ^^^^
        """
        lineno = getattr(node, "lineno", None)
        if lineno is None:
            return cls(file=file, function=function)
        text = lines[lineno - 1].rstrip("\r\n") if lineno <= len(lines) else None
        column = _characters(text, node.col_offset)  # type: ignore[attr-defined]
        end_column = None
        if getattr(node, "end_lineno", None) == lineno:
            end_column = _characters(text, node.end_col_offset)  # type: ignore[attr-defined]
        elif text is not None:  # the node goes on below: underline the rest of its first line
            end_column = len(text.rstrip())
        return cls(
            file=file,
            line=lineno + line_offset,
            column=column + column_offset,
            end_column=None if end_column is None else end_column + column_offset,
            function=function,
            text=None if text is None else " " * column_offset + text,
        )

    def __str__(self) -> str:
        parts = [self.file or "<unknown>"]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column + 1))
        return ":".join(parts)

    def excerpt(self) -> str:
        """The line with carets under the range; empty when the line is not known."""
        text = self._line_text()
        if not text.strip():
            return ""
        shown = text.expandtabs(_TAB)
        if self.column is None or self.column > len(text):
            return shown
        end = self.column + 1 if self.end_column is None else self.end_column
        start_cell = len(text[: self.column].expandtabs(_TAB))
        end_cell = len(text[:end].expandtabs(_TAB))
        carets = "^" * max(1, end_cell - start_cell)
        return f"{shown}\n{' ' * start_cell}{carets}"

    def _line_text(self) -> str:
        if self.text is not None:
            return self.text.rstrip()
        if self.file is None or self.line is None:
            return ""
        return linecache.getline(self.file, self.line).rstrip()


class AdcompError(Exception):
    """Base of all errors of adcomp.

    Parameters
    ----------
    message : str
        What is wrong, in one line.
    loc : Loc, optional
        Where it is.
    hint : str, optional
        What to do next.

    Examples
    --------
    >>> loc = Loc("model.py", 12, column=12, end_column=26, text="        z = math.lgamma(x)")
    >>> print(AdcompError("no pullback for math.lgamma", loc=loc, hint="add one"))
    model.py:12:13: no pullback for math.lgamma
            z = math.lgamma(x)
                ^^^^^^^^^^^^^^
    hint: add one
    """

    def __init__(self, message: str = "", *, loc: Loc | None = None, hint: str | None = None):
        super().__init__(message)
        self.loc = loc
        self.hint = hint

    @property
    def message(self) -> str:
        """The message alone, without location and hint."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        return "\n".join(part for part in self._parts() if part)

    def _parts(self) -> list[str]:
        parts = [self.message]
        if self.loc is not None:
            parts = [f"{self.loc}: {self.message}", self.loc.excerpt()]
        if self.hint:
            parts.append(f"hint: {self.hint}")
        return parts

    def __reduce__(self) -> tuple[Any, ...]:
        # The default replays __init__ with positional arguments only, and so loses loc and hint.
        return _rebuild, (type(self), self.args), self.__dict__


class UnsupportedSyntax(AdcompError):
    """The program uses a construct that adcomp does not differentiate.

    Examples
    --------
    >>> raise UnsupportedSyntax("a generator has no gradient", hint="fill an array instead")
    Traceback (most recent call last):
        ...
    adcomp.errors.UnsupportedSyntax: a generator has no gradient
    hint: fill an array instead
    """


class NoRuleError(AdcompError):
    """A called function has no pullback or pushforward, and adcomp cannot look inside it.

    Examples
    --------
    >>> raise NoRuleError("no pullback for math.lgamma")
    Traceback (most recent call last):
        ...
    adcomp.errors.NoRuleError: no pullback for math.lgamma
    """


class UnsupportedOption(AdcompError, NotImplementedError):
    """An option has a value that is planned, and not there yet.

    Examples
    --------
    >>> raise UnsupportedOption("a pullback can't be holomorphic")
    Traceback (most recent call last):
        ...
    adcomp.errors.UnsupportedOption: a pullback can't be holomorphic
    """


class TypeInferenceError(AdcompError, TypeError):
    """Numba cannot type the program for the given arguments.

    Examples
    --------
    >>> issubclass(TypeInferenceError, TypeError)
    True
    """


class AliasedArguments(AdcompError, ValueError):
    """Two array arguments share memory, and the program writes to it.

    Compiled code raises it with one positional string.

    Examples
    --------
    >>> str(AliasedArguments("x and y share memory, and x is written to"))
    'x and y share memory, and x is written to'
    >>> issubclass(AliasedArguments, ValueError)
    True
    """


class ControlOnlyDependence(AdcompError):
    """The result depends on an input only through the choice of a branch or a trip count.

    Its derivative is zero almost everywhere, which is seldom what was meant.

    Examples
    --------
    >>> str(ControlOnlyDependence("y depends on x through comparisons only"))
    'y depends on x through comparisons only'
    """


class NotScalarOutput(AdcompError, TypeError):
    """A gradient was asked of a function whose result is not one real number.

    Examples
    --------
    >>> raise NotScalarOutput("f returns array(float64, 1d, C)", hint="use adcomp.pullback")
    Traceback (most recent call last):
        ...
    adcomp.errors.NotScalarOutput: f returns array(float64, 1d, C)
    hint: use adcomp.pullback
    """


class ShapeMismatch(AdcompError, ValueError):
    """A cotangent, tangent or output buffer has not the shape of its primal.

    Compiled code raises it with a string, and the two shapes where it knows them.

    Parameters
    ----------
    message : str
        What is wrong.
    given, expected : tuple of int, optional
        The shapes, which become part of the message.
    loc, hint
        As in `AdcompError`.

    Examples
    --------
    >>> str(ShapeMismatch("y_bar has another shape than y", (3,), (4,)))
    'y_bar has another shape than y: (3,) instead of (4,)'
    """

    def __init__(self, message: str = "", given: Any = None, expected: Any = None, *,
                 loc: Loc | None = None, hint: str | None = None):
        if given is not None:
            message = f"{message}: {given} instead of {expected}"
        super().__init__(message, loc=loc, hint=hint)


class StateChanges(AdcompError, ValueError):
    """An array that a checkpointed loop carries has not the same shape in all iterations.

    Compiled code raises it with three positional arguments.

    Parameters
    ----------
    where : str
        The array, and the loop.
    given, expected : tuple of int, optional
        The shapes.
    loc, hint
        As in `AdcompError`.

    Examples
    --------
    >>> str(StateChanges("u in the loop at model.py:12", (3,), (4,)))
    'u in the loop at model.py:12 changes its shape, and is checkpointed: (3,) instead of (4,)'
    """

    def __init__(self, where: str = "", given: Any = None, expected: Any = None, *,
                 loc: Loc | None = None, hint: str | None = None):
        if given is not None:
            where = f"{where} changes its shape, and is checkpointed: {given} instead of {expected}"
        super().__init__(where, loc=loc, hint=hint)


class TangentError(AdcompError, TypeError):
    """A tangent or cotangent is not of the kind that its value has, or a value has none that is known.

    Examples
    --------
    >>> raise TangentError("Point has no field 'q'", hint="its fields are x, y")
    Traceback (most recent call last):
        ...
    adcomp.errors.TangentError: Point has no field 'q'
    hint: its fields are x, y
    """


class TapeTooLarge(AdcompError, MemoryError):
    """What the reverse sweep needs of a loop does not fit into the memory that is free.

    Compiled code raises it with two positional arguments, before it allocates anything.

    Parameters
    ----------
    where : str
        What is to be stored: the value, and the loop that computes it.
    size : int, optional
        How many bytes that takes; negative when the number itself is too large.
    loc, hint
        As in `AdcompError`.

    Examples
    --------
    >>> str(TapeTooLarge("x in the loop at model.py:12", 2**40))
    'no room for the tape of x in the loop at model.py:12: 1.1 TB'
    >>> issubclass(TapeTooLarge, MemoryError)
    True
    """

    def __init__(self, where: str = "", size: int | None = None, *,
                 loc: Loc | None = None, hint: str | None = None):
        if size is not None:
            where = f"no room for the tape of {where}: {_bytes(size)}"
        super().__init__(where, loc=loc, hint=hint)


class WrtError(AdcompError, ValueError):
    """`wrt` names no argument, or one that has no derivative.

    Examples
    --------
    >>> raise WrtError("f has no argument 'z'", hint="its arguments are x, y")
    Traceback (most recent call last):
        ...
    adcomp.errors.WrtError: f has no argument 'z'
    hint: its arguments are x, y
    """


class BackendError(AdcompError):
    """Numba, the linker or the device compiler rejected generated code.

    Examples
    --------
    >>> str(BackendError("the linker was not found"))
    'the linker was not found'
    """


class InternalError(AdcompError):
    """A defect in adcomp itself.

    Parameters
    ----------
    message : str
        What went wrong.
    loc : Loc, optional
        Where in the user's program.
    hint : str, optional
        Asks for a report unless it is given.
    failing_pass : str, optional
        Name of the pass that failed.
    program : str, optional
        The printed program that the pass was given.

    Examples
    --------
    >>> print(InternalError("x_bar is read before it is set", failing_pass="adjoint",
    ...                     program="def f(x):\\n    return x"))
    x_bar is read before it is set (in pass adjoint)
    the pass was given:
        def f(x):
            return x
    hint: this is a defect in adcomp, not in your program; please report it with this text
    """

    def __init__(
        self,
        message: str = "",
        *,
        loc: Loc | None = None,
        hint: str | None = (
            "this is a defect in adcomp, not in your program; please report it with this text"
        ),
        failing_pass: str | None = None,
        program: str | None = None,
    ):
        if failing_pass is not None:
            message = f"{message} (in pass {failing_pass})"
        super().__init__(message, loc=loc, hint=hint)
        self.failing_pass = failing_pass
        self.program = program

    def _parts(self) -> list[str]:
        parts = super()._parts()
        if self.program:
            body = "\n".join(f"    {line}".rstrip() for line in self.program.splitlines())
            at = len(parts) - 1 if self.hint else len(parts)
            parts[at:at] = ["the pass was given:", body]
        return parts


def _bytes(size: int) -> str:
    """A number of bytes, in words.

    >>> _bytes(999), _bytes(25_000_000), _bytes(-1)
    ('999 bytes', '25.0 MB', 'more bytes than there are numbers for')
    """
    if size < 0:
        return "more bytes than there are numbers for"
    for power, unit in ((12, "TB"), (9, "GB"), (6, "MB"), (3, "kB")):
        if size >= 10**power:
            return f"{size / 10**power:.1f} {unit}"
    return f"{size} bytes"


def _characters(text: str | None, offset: int) -> int:
    """``ast`` counts UTF-8 bytes: turn such an offset into one of characters."""
    if text is None or text.isascii():
        return offset
    return len(text.encode()[:offset].decode(errors="ignore"))


def _rebuild(cls: type[AdcompError], args: tuple[Any, ...]) -> AdcompError:
    # Not `cls.__new__`, which for a MemoryError is one that refuses subclasses of ours.
    return Exception.__new__(cls, *args)
