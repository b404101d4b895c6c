"""Where snapshots of a loop's state are taken: the schedules of `adcomp.checkpointed`.

A loop runs in segments of a few iterations. A snapshot is the state at the start of a segment. The *plan*
is an array of integers::

    plan[0]                 how many snapshots are held
    plan[1], plan[2], ...   the segments that they are of, ascending; then where the forward run ends
    plan[-1]                the distance between snapshots, if the number of segments is not known

so that snapshot ``k``, from 0, is of segment ``plan[k + 1]``, and the next one of ``plan[k + 2]``.

Known number of segments: the binomial schedule (Griewank and Walther, ACM TOMS 26, 2000, Algorithm 799,
whose theorem it is; the text here follows the theorem, not the algorithm). With ``c`` snapshots, that of
the first segment included, and ``r`` forward runs of each segment, ``b(c, r) = (c + r)! / (c! r!)``
segments can be reversed. The first of the ``l`` segments that are to be reversed next are advanced by
``m`` and a snapshot is taken; the run is the shortest there is if ``m`` is such that the ``m`` segments
before it can be reversed with ``c`` snapshots and ``r - 1`` runs, and the others with ``c - 1`` and ``r``.

Unknown number: a snapshot every ``gap`` segments; when all are taken, every second one goes, and ``gap``
doubles. It is the simplest of the online schedules (Stumm and Walther, SIAM J. Sci. Comput. 32, 2010,
have better ones); the reverse sweep fills in the free ones as above.
"""

from __future__ import annotations

import numpy as np

from ..core.numba_kept import compiled_kernel
from ..errors import StateChanges
from ..registry import JIT

#: more segments than any loop has
ENDLESS = 1 << 62

#: bytes for snapshots, where the user does not say
DEFAULT = 1 << 26


@compiled_kernel(**JIT)
def leg(steps, snapshots):
    """How many segments to advance before the next snapshot: ``steps`` are to be reversed.

    Parameters
    ----------
    steps : int
        The segments, 2 or more.
    snapshots : int
        How many can be held, that of the first segment included: 2 or more.

    Examples
    --------
    >>> leg(10, 3), leg(5, 5)
    (4, 1)
    """
    runs, reach, before, earlier = 0, 1, 1, 0  # b(c, r), b(c, r - 1), b(c, r - 2)
    while reach < steps:
        runs += 1
        earlier = before if runs > 1 else 0
        before = reach
        reach = reach * (snapshots + runs) // runs
    fewer = before * snapshots // (snapshots + runs - 1)  # b(c - 1, r - 1)
    return max(1, earlier, min(before, steps - fewer, steps - 1))


@compiled_kernel(**JIT)
def snapshot_room(snapshots, nbytes, state, segments):
    """How many snapshots there is room for: by number or by bytes; -1 stands for what is not given."""
    if snapshots == -1:
        count = int((DEFAULT if nbytes == -1 else nbytes) // max(state, 1))
    elif snapshots < 1:
        raise ValueError("checkpointed needs at least one snapshot")
    else:
        count = int(snapshots)
    return max(1, min(count, segments))


@compiled_kernel(**JIT)
def place(plan, last):
    """Plan the snapshots between the last one that is held and segment `last`, which comes next."""
    held, at = plan[0], plan[plan[0]]
    while held < len(plan) - 3 and at < last:
        at += leg(last + 1 - at, len(plan) - 3 - held + 1)
        held += 1
        plan[held] = at
    plan[0] = held
    plan[held + 1] = last


@compiled_kernel(**JIT)
def first_plan(segments, room):
    """The plan of the forward sweep, with room for some snapshots."""
    plan = np.zeros(room + 3, np.int64)
    if segments > 0:
        plan[0] = 1
        place(plan, segments - 1)
        plan[plan[0] + 1] = segments
    return plan


@compiled_kernel(**JIT)
def retreat(plan, segment):
    """Let go of the snapshots of later segments."""
    held = plan[0]
    while plan[held] > segment:
        held -= 1
    plan[0] = held


@compiled_kernel(**JIT)
def held(plan):
    """How many snapshots are held."""
    return plan[0]


# --- loops of unknown length ----------------------------------------------------------------------


@compiled_kernel(**JIT)
def open_plan(room):
    """The plan of a loop that may run for ever."""
    plan = np.zeros(room + 3, np.int64)
    plan[-1] = 1
    return plan


@compiled_kernel(**JIT)
def is_full(plan):
    """Is there no room for one more snapshot? An odd one out is not used before the reverse sweep."""
    room = len(plan) - 3
    return plan[0] > 0 and plan[0] >= room - room % 2


@compiled_kernel(**JIT)
def thin(block, plan):
    """Move every second snapshot to the place where it belongs, if the plan is full."""
    if is_full(plan):
        for k in range(1, (plan[0] + 1) // 2):
            block[k] = block[2 * k]


@compiled_kernel(**JIT)
def note(plan, segment):
    """Note a snapshot of a segment; of those that are held every second one goes if the plan is full."""
    if is_full(plan):
        plan[0] = (plan[0] + 1) // 2
        for k in range(1, plan[0]):
            plan[k + 1] = plan[2 * k + 1]
        plan[-1] *= 2
    plan[0] += 1
    plan[plan[0]] = segment


@compiled_kernel(**JIT)
def due(plan, length):
    """The iteration at whose start the next snapshot is due, with `length` iterations in a segment."""
    if len(plan) - 3 == 1:
        return ENDLESS
    return (plan[plan[0]] + plan[-1]) * length


# --- states ---------------------------------------------------------------------------------------


@compiled_kernel(**JIT)
def leaf_length(trips, size, limit):
    """How many iterations, each of which records `size` bytes, are recorded together: `limit` bytes."""
    return max(1, min(trips, limit // max(size, 1)))


@compiled_kernel(**JIT)
def put(target, source, where):
    """``target[...] = source``; `StateChanges` if the shapes differ, of what `where` says."""
    if target.shape != source.shape:
        raise StateChanges(where, source.shape, target.shape)
    if target.ndim == 1:
        for i in range(target.shape[0]):
            target[i] = source[i]
    else:
        target[...] = source


@compiled_kernel(**JIT)
def put_sum(target, source, where):
    """``target += source``; `StateChanges` if the shapes differ, of what `where` says."""
    if target.shape != source.shape:
        raise StateChanges(where, target.shape, source.shape)
    if target.ndim == 1:
        for i in range(target.shape[0]):
            target[i] += source[i]
    else:
        target += source
