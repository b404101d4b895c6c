"""`checkpointed`: what a user writes around a loop whose reverse is to run in bounded memory."""

from __future__ import annotations

from typing import TypeVar

from numba.extending import overload

T = TypeVar("T")


def checkpointed(loop: T, snapshots: int | None = None, bytes: int | None = None) -> T:  # noqa: A002
    """What a loop runs over, or the condition of a ``while``; its gradient takes bounded memory.

    In Python and in compiled code it returns ``loop`` as it is. Where a derivative reads the loop, it
    does not record all iterations. The forward sweep keeps *snapshots* of the loop's state: of the arrays
    that the body writes to, and of the variables that it hands from one iteration to the next. The reverse
    sweep starts from a snapshot, runs the iterations after it once more, and takes other snapshots on its
    way in the room of those that it needs no longer.

    Parameters
    ----------
    loop : iterable or bool
        What a ``for`` runs over, such as ``range(n)``, an array or an ``enumerate``; or the condition of
        a ``while``.
    snapshots : int, optional
        How many states are kept at a time, 1 or more.
    bytes : int, optional
        How many bytes they may take; one state is always kept. The default is 64 MiB, if `snapshots` is
        not given either.

    Returns
    -------
    iterable or bool
        `loop`.

    Raises
    ------
    ValueError
        If both `snapshots` and `bytes` are given, or `snapshots` is not positive.
    UnsupportedSyntax
        By a derivative, where this is called elsewhere than in the head of a loop, or the loop can't be
        run again: it draws random numbers, or calls a function that calls itself.

    Notes
    -----
    Beside the snapshots, a derivative keeps the tape of a few iterations, of half a megabyte at most, or
    that of one iteration if it is larger. Where the number of iterations is known when the loop begins,
    the snapshots are where they are least work: the binomial schedule of Griewank and Walther (ACM TOMS
    26, 2000, Algorithm 799), on segments of iterations. With ``c`` snapshots, ``(c + r)! / (c! r!)``
    segments are run no more than ``r`` times each before they are recorded. Else every second snapshot
    goes when there is no room for one more, and the distance between them doubles.

    Examples
    --------
    >>> import adcomp
    >>> @adcomp.gradient
    ... def logistic_map(x, n):
    ...     for _ in adcomp.checkpointed(range(n), snapshots=5):
    ...         x = 3.7 * x * (1.0 - x)
    ...     return x
    >>> round(logistic_map(0.3, 2), 6)
    -3.033704
    >>> def newton(a):
    ...     x = a
    ...     while adcomp.checkpointed(abs(x * x - a) > 1e-12, snapshots=3):
    ...         x = 0.5 * (x + a / x)
    ...     return x
    >>> round(newton(2.0), 6), round(adcomp.gradient(newton)(2.0), 6)
    (1.414214, 0.353553)
    """
    if snapshots is not None and bytes is not None:
        raise ValueError("give checkpointed either snapshots or bytes, not both")
    if snapshots is not None and snapshots < 1:
        raise ValueError("checkpointed needs at least one snapshot")
    return loop


@overload(checkpointed)
def _compiled(loop, snapshots=None, bytes=None):  # type: ignore[no-untyped-def]  # noqa: A002
    return lambda loop, snapshots=None, bytes=None: loop


__all__ = ["checkpointed"]
