"""Programs that were wrong once, reduced to what it takes.

They came out of random programs and of reading the passes with bad intentions.
"""

import numpy as np
from numba import njit

from ._registry import normal, positive, program

# --- what a name stands for ---------------------------------------------------------------------


@program(args=lambda rng: (normal(rng, 4), normal(rng, 4), 5))
def arrays_chosen_from_tuple(x, y, n):
    """an array out of a tuple, by an index that is computed, is an alias"""
    buffers = (x.copy(), y.copy())
    s = 0.0
    for k in range(n):
        u = buffers[k % 2]
        u[k % 4] = u[k % 4] * u[(k + 1) % 4] + 0.1
        s += u[k % 4]
    return s + buffers[0][1] * buffers[-1][2]


@program(args=lambda rng: (normal(rng, 3), normal(rng, 3)), interpreted=True)
def zip_over_tuple_of_arrays(x, y):
    """a loop over a tuple of arrays beside a range"""
    s = 0.0
    for u, c in zip((x, y), range(2)):
        s += u[1] ** 2 * (c + 1)
    return s


@program(args=lambda rng: ((normal(rng, 3), normal(rng, 3)), 2))
def arrays_chosen_from_tuple_argument(pair, n):
    """the tuple is an argument"""
    s = 0.0
    for k in range(n):
        u = pair[k]
        s += u[k] * u[k + 1]
    return s


@program(args=lambda rng: (normal(rng, 5),))
def augmented_view_not_read_again(x):
    """`z += 2` writes through a view although nobody reads the name `z` after it"""
    y = x.copy()
    z = y[1:]
    z += 2.0
    z *= y[0]
    w = y[::2]
    w -= x[:3] * x[1:4]
    return np.sum(y * y)


@program(args=lambda rng: (normal(rng, 4, 3),))
def augmented_rows(a):
    """rows updated in place by name"""
    b = a.copy()
    for i in range(4):
        row = b[i]
        row *= a[i, 0]
        row += a[3 - i]
    return np.sum(b * b)


@program(args=lambda rng: (normal(rng, 4), 3), interpreted=True)
def parameters_named_like_builtins(max, len):
    """parameters hide functions that the derivative needs"""
    s = 1.0
    for i in range(1, len):
        s = s * s * max[i] + max[i]
    k = 0
    while k < len:
        s = s * max[k] + 0.1
        k += 1
    return s


@program(args=lambda rng: (normal(rng, 4), normal(rng, 4), normal(rng, 4)))
def parameters_named_like_kernels(frames, kernels, exp64):
    """parameters hide what the derivative calls its own helpers"""
    accumulate = np.exp(exp64[0] * frames[1])
    k = 0
    while accumulate < 3.0 and k < 4:
        accumulate = accumulate * (1.0 + frames[k] ** 2) + kernels[k] ** 2
        k += 1
    return accumulate * np.dot(kernels, exp64)


@njit
def halve_second(u, c):
    """Changes what it is given, and returns a number."""
    u[1] = u[1] * c
    return u[1] * u[0]


@program(args=lambda rng: (normal(rng, 4), 0.7))
def element_changed_while_its_update_is_computed(x, c):
    """`u[1] += g(u)` reads the element before the call"""
    u = x.copy()
    u[1] += halve_second(u, c)
    u[1] -= halve_second(u, c)
    u[1] *= halve_second(u, c) + 1.0
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 4), normal(rng, 4)))
def parts_of_complex_are_views(x, y):
    """`np.real` and `np.imag` of an array are views, as `.real` and `.imag` are"""
    z = x + 1j * y
    np.imag(z)[1] = x[0] * x[0]
    r = np.real(z)
    r[2] *= y[0]
    u = x.copy()
    v = np.real(u)
    v[1] = y[1] * y[1]
    return np.sum(np.abs(z) ** 2) + np.sum(u * u) + np.real(z[0]) * np.imag(z[1])


@program(args=lambda rng: (normal(rng, 6), normal(rng, 6)), interpreted=True)
def membership_in_array_that_changes(x, y):
    """`1.0 in u` is another question after a store"""
    u = np.zeros(6)
    s = x[0]
    for i in range(6):
        if 1.0 in u:
            s += x[i] * y[i]
        else:
            s += x[i] * x[i] * 3.0
        if i == 2:
            u[4] = 1.0
        if 1.0 in u:
            s = s * y[i]
    return s


# --- structure ----------------------------------------------------------------------------------


@program(args=lambda rng: (normal(rng, 4), 3), interpreted=True)
def function_defined_in_nested_loop(x, n):
    """a function that is defined in an inner loop, before what the loops carry"""
    c = 0.4
    for i in range(n):
        for j in range(n):
            square = lambda z: z * z * c
            c = square(x[i]) + x[j]
    return c


@program(args=lambda rng: (positive(rng, 6),))
def break_below_branch(x):
    """a loop with an exit, inside a branch without one"""
    s = 0.3
    for i in range(5):
        if x[i] > 0.8:
            t = s
            while t < 2.0:
                t = t * 1.4 + 0.1 * x[i]
                if t > 1.7 and x[i] > 1.2:
                    break
            s = s * 0.5 + t
        else:
            s = s * s
    return s


@program(args=lambda rng: (positive(rng, 6), 6))
def exits_in_loop_else(x, n):
    """continue and return in the else clause of a loop"""
    s = 1.0
    for j in range(3):
        for i in range(n):
            s = s * x[i] + 0.1
            if s > 1.3 and j > 0:
                break
        else:
            if s < 0.5:
                continue
            s = s * s
            if s > 50.0:
                return s * x[0]
        s = s * 0.9
    return s * x[1]


@njit
def first_product(u, c):
    """Leaves two loops with a nested tuple."""
    for i in range(len(u)):
        for j in range(i):
            if u[i] * u[j] > c:
                return i, (u[i] * c, u[j])
            u[j] = u[j] * 1.1
    return 0, (c, c * c)


@program(args=lambda rng: (positive(rng, 6), 5))
def tuple_returned_from_loop(x, n):
    """a callee that returns a tuple early, out of two loops"""
    y = x.copy()
    s = 0.0
    for k in range(n):
        i, (a, b) = first_product(y, 0.5 + 0.2 * k)
        s += a * b * y[i]
    return s


@program(args=lambda rng: (positive(rng, 4),))
def branches_on_constants(x):
    """Numba leaves out branches and loops that constants decide, and gives them no types"""
    flag = 1
    y = x * 0.8
    if flag % 2 == 0:
        z = y[1:]
        z[1] *= x[0]
        for i in range(3):
            q = z[i] * 2.0
            x[i] = q
    k = 0
    while k < 4 and 0.5 < 0.3:
        k += 1
        q = y[k] * x[k]
        y[k] = q
    return x[1] * x[1] * np.sum(y)


@program(args=lambda rng: (normal(rng, 4), 2), interpreted=True)
def branch_on_constant_in_while(x, n):
    """a short circuit that a constant decides, inside a while loop"""
    c = 1
    c += 1
    v = x * 1.0
    k = 0
    while k < n and x[0] < 10.0:
        k += 1
        if c % 3 == 1 and v[0] > 0.2:
            v[1:] += x[0]
        v[1] = v[1] * v[0]
    return np.sum(v * v)


# --- time loops that run again in segments -------------------------------------------------------


@program(args=lambda rng: (normal(rng, 6), normal(rng, 6), 5))
def coefficients_changed_after_time_loop(x, c, n):
    """what the time loop only reads is overwritten after it"""
    u = x.copy()
    w = c * 1.0
    for _ in range(n):
        for i in range(1, 6):
            u[i] = u[i] + 0.1 * u[i] * u[i - 1] * w[i]
    for i in range(6):
        w[i] = w[i] * w[i]
    return np.sum(u * w)


@program(args=lambda rng: (normal(rng, 6), normal(rng, 6), 5))
def argument_changed_after_time_loop(x, w, n):
    """the same of an argument"""
    u = x.copy()
    for _ in range(n):
        for i in range(1, 6):
            u[i] = u[i] + 0.1 * u[i] * u[i - 1] * w[i]
    for i in range(6):
        w[i] = 0.5
    return np.sum(u * w)


@program(args=lambda rng: (0.5 * normal(rng, 6), 20))
def counter_in_segmented_loop(x, n):
    """a counter that is carried over several segments"""
    u = np.zeros(5000)
    u[:6] = x
    c = 1
    for t in range(2, n):
        for i in range(1, 5000):
            u[i] = u[i] + 0.1 * u[i] * u[i - 1] * x[c % 6] * x[t % 6]
        c += 2
    return np.sum(u * u) * c


@program(args=lambda rng: (0.5 * normal(rng, 6), 20))
def zeros_in_segmented_loop(x, n):
    """a fresh array of zeros in each step, over several segments"""
    u = np.zeros(5000)
    u[:6] = x
    for _ in range(n):
        d = np.zeros(5000)
        for i in range(1, 5000):
            d[i] += u[i] * u[i - 1]
            d[i - 1] += u[i] * u[i] * 0.3
        for i in range(5000):
            u[i] = u[i] + 0.1 * d[i] * d[i]
    return np.sum(u * u)


@program(args=lambda rng: (0.5 * normal(rng, 6), 20))
def lists_in_segmented_loop(x, n):
    """an inner loop of a length that changes, whose tape is a list, over several segments"""
    u = np.zeros(5000)
    u[:6] = x
    s = 1.0
    for t in range(n):
        for i in range(1, 5000):
            u[i] = u[i] + 0.1 * u[i] * u[i - 1] * x[t % 6]
        for i in range(t % 6, -1, -1):
            s = s * u[i] * 0.5 + x[i] * x[t % 6] + 0.3
    return np.sum(u * u) + s


@program(args=lambda rng: (0.5 * normal(rng, 6), 25))
def buffers_of_two_lengths_in_segments(x, n):
    """buffers of two lengths are swapped, over several segments"""
    u = np.zeros(5000)
    u[:6] = x
    v = np.zeros(5003)
    for t in range(n):
        d = np.zeros(5000)
        for i in range(1, 5000):
            d[i] = u[i - 1] * u[i] + 0.1 * x[t % 6]
        for i in range(1, 5000):
            v[i] = d[i] * d[i] * u[i - 1] * 0.5 + u[i] * 0.5
        v[0] = d[1]
        u, v = v, u
    return np.sum(u * u) + np.sum(v)


@program(args=lambda rng: (normal(rng, 6), normal(rng, 6), 4))
def copy_of_array_made_in_loop(x, y, n):
    """an array that is copied for the reverse sweep is longer than the array it takes its length from"""
    s = 0.1
    for t in range(n):
        v = np.zeros(x.size + 2)
        for i in range(x.size + 2):
            v[i] = y[i % 6] * s + x[t]
        for j in range(y.size):
            for i in range(1, x.size + 1):
                s += v[i - 1] * v[i] * v[i + 1] * y[j] * 0.1
        for i in range(x.size + 2):
            v[i] = 0.3 * s
    return s


# --- recursion ------------------------------------------------------------------------------------


def walk(u, i, c, k):
    """Reads elements of its argument and of an array that it makes, after the calls too."""
    if k == 0:
        return c * u[i]
    t = u * c
    if u[i] > 0.0:
        return walk(u, (i + 1) % len(u), c * u[i] + 0.1, k - 1)
    return t[i] * walk(t, i, c * 0.5, k - 1) + c


@program(args=lambda rng: (normal(rng, 6), 0.7), interpreted=True)
def argument_of_recursion_overwritten(x, c):
    """an array is overwritten after a recursive function has read it"""
    u = x.copy()
    u[5] = walk(u, 1, c, 3)
    u[:3] = walk(u, 2, c, 2)
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 6), 4), interpreted=True)
def argument_of_recursion_overwritten_in_loop(x, n):
    """the same in a loop, and by name"""
    u = x.copy()
    s = 0.0
    for i in range(n):
        s += walk(u, i, 0.5, 3)
        u[i] = s * u[i + 1]
        u = u * 0.9
    return s + np.sum(u * u)


# --- loops in another form -----------------------------------------------------------------------


@program(args=lambda rng: (normal(rng, 7),))
def maximum_beside_a_store(x):
    """a loop that keeps a maximum, and stores something else as well"""
    y = np.zeros(7)
    m = -10.0
    for i in range(7):
        y[i] = x[i] * x[i]
        if x[i] > m:
            m = x[i]
    return m * np.sum(y)


@program(args=lambda rng: (normal(rng, 7), normal(rng, 7)))
def maximum_beside_a_recurrence(x, w):
    """a loop that keeps a square at its last maximum, beside a recurrence in place"""
    y = w.copy()
    m = -10.0
    for i in range(1, 7):
        y[i] = y[i] + y[i - 1] * 2.0
        if x[i] > m:
            m = x[i] * x[i]
    return m * np.sum(y * w)


@program(args=lambda rng: (normal(rng, 6), normal(rng, 6)))
def views_that_move_against_their_index(x, y):
    """each iteration names a view of its own, and all of them mean one element"""
    u = x.copy()
    for i in range(5):
        r = u[5 - i:]
        r[i] = r[i] * y[i]
    for i in range(5):
        r = u[4 - i:]
        r[i] = y[i] * y[i] * (i + 1)
    v = np.zeros(6)
    for i in range(5):
        r = v[5 - i:]
        r[i] = y[i] * y[i] * (i + 1)
    return np.sum(u * u) + np.sum(v * v)


@program(args=lambda rng: (normal(rng, 7),))
def temporary_read_under_another_index(x):
    """an element is stored and read again, and which one it is does not show in the index"""
    t = np.zeros(8)
    y = np.zeros(8)
    for i in range(1, 7):
        k = i + 1
        t[i] = x[i] * x[i - 1]
        y[i] = t[k - 1] * 2.0
    return np.sum(y * t)


@program(args=lambda rng: (normal(rng, 7), normal(rng, 7)))
def temporary_changed_between_reads(x, w):
    """an element is changed between two statements that read it"""
    t = np.zeros(8)
    y = np.zeros(8)
    for i in range(1, 7):
        t[i] = x[i] * x[i - 1]
        y[i] = 2.0 * w[i] * x[i - 1]
        y[i] = y[i] + t[i]
        t[i] = t[i] * w[i - 1]
        y[i] = y[i] * t[i]
    return np.sum(y * t)


@program(args=lambda rng: (normal(rng, 3, 4), normal(rng, 4, 3)))
def length_read_in_a_loop(x, w):
    """a length is read inside a loop, and again for an array statement that is stored before it"""
    turned = np.swapaxes(w, 0, 1)
    y = np.zeros((3, 4))
    for i in range(3):
        k = i if turned.shape[0] != 1 else 0
        y[i] = turned[k] * x[i]
    return np.sum(y * y)


@program(args=lambda rng: (np.array([0.5, 2.0, -1.0, 0.2]),))
def keywords_in_another_order(x):
    """arguments by keyword, in another order than the function's"""
    return np.sum(np.clip(x, a_max=1.0, a_min=0.0) * x)


@program(args=lambda rng: (normal(rng, 3, 4), 1))
def array_of_a_branch_beside_one_that_raises(x, axis):
    """an inner branch makes an array, and the other one raises"""
    if axis == 0:
        y = np.sum(x, 0)
    else:
        if axis != 1:
            raise ValueError("no such axis")
        else:
            y = np.sum(x * x, 1)
    return np.sum(y * y)


@program(args=lambda rng: (normal(rng, 6),))
def part_of_a_split(x):
    """a part that a function returns in a list is memory of what was split"""
    y = x * 2.0
    first, second = np.split(y, 2)
    first[0] = second[1] * x[0]
    return np.sum(y * y) + np.split(x, (1, 4))[1][2]


@program(args=lambda rng: (normal(rng, 4, 4), normal(rng, 16)))
def flattened_in_an_expression(x, w):
    """the elements of a transposed array in one axis, in an expression with others"""
    return np.sum(x.T.ravel() * w) + np.sum(x.T.flatten()[1:] ** 2)


@program(args=lambda rng: (float(normal(rng, 1)[0]),))
def value_given_by_name(x):
    """arguments of np.full by name, in another order"""
    return np.sum(np.full(fill_value=x * x, shape=3)) + np.full_like(np.ones(2), fill_value=x)[0]


@program(args=lambda rng: (normal(rng, 4),))
def converted_by_asarray(x):
    """np.asarray with another dtype is a copy"""
    return np.sum((np.asarray(x * 2.0, np.complex128) ** 2).real)


@program(args=lambda rng: (normal(rng, 3, 4),))
def all_indices(x):
    """loops over the indices of a shape, over elements with their index, and over all elements"""
    s = 1.0
    for i, j in np.ndindex(x.shape):
        s += x[i, j] * (i + 2 * j) * s * 0.1
    for index, value in np.ndenumerate(x):
        if value > 0.5:
            continue
        s *= 1.0 + value * x[index] * 0.1
    for k, value in enumerate(x.T.flat):
        s += k * value ** 2
    for i, j in np.ndindex(2, 3):
        if s > 9.0:
            break
        s += x[i, j] ** 2
    return s


@program(args=lambda rng: (normal(rng, 3, 4),))
def stored_through_flat(x):
    """`y.flat` is the memory of `y`"""
    y = x.copy()
    flat = y.flat
    flat[1] = x[0, 0] ** 2
    for k in range(len(flat)):
        flat[k] *= 2.0
    return np.sum(y * y)


@program(args=lambda rng: (normal(rng, 8),))
def largest_that_is_a_number(x):
    """a running maximum that a test of one number decides too"""
    best = np.nan
    for value in x:
        if np.isnan(best) or value > best:
            best = value
    total = 0.0
    for value in x:
        if not np.isnan(value):
            total += value * value
    return best * total
