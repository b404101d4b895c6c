"""Syntax that adcomp does not read: every row of `adcomp.frontend.fence.UNSUPPORTED`, and more."""

import math

from adcomp import gradient

COUNT = 0


def of(f):
    return lambda: gradient(f)(2.0)


@of
def case_try(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        y = 0.0
    return y


@of
def case_with(x):
    with open("file") as stream:
        return x


@of
def case_async_def(x):
    async def inner():
        return x

    return x


@of
def case_yield(x):
    def inner():
        yield x

    return inner()


@of
def case_yield_from(x):
    def inner():
        yield from (x, x)

    return inner()


@of
def case_class(x):
    class Point:
        pass

    return x


@of
def case_import(x):
    import math

    return math.exp(x)


@of
def case_import_from(x):
    from math import exp

    return exp(x)


@of
def case_delete(x):
    y = x * x
    del y
    return x


@of
def case_global(x):
    global COUNT
    COUNT = 1
    return x


@of
def case_nonlocal(x):
    s = 0.0

    def add(v):
        nonlocal s
        s += v

    add(x)
    return s


@of
def case_match(x):
    match x:
        case 1.0:
            return x
    return 2.0 * x


@of
def case_list_comprehension(x):
    return sum([x * k for k in range(3) if k])


@of
def case_set_comprehension(x):
    return len({x * k for k in range(3)})


@of
def case_dict_comprehension(x):
    return len({k: x for k in range(3)})


@of
def case_generator_expression(x):
    return sum(x * k for k in range(3))


@of
def case_set(x):
    return len({x, 1.0})


@of
def case_dict(x):
    table = {"a": x}
    return table["a"]


@of
def case_starred(x):
    first, *rest = (x, x, x)
    return first


@of
def case_assignment_expression(x):
    return (y := x * x) + y


@of
def case_fstring(x):
    text = f"x is {x}"
    return x


@of
def case_attribute(x):
    x.scale = 2.0
    return x


@of
def case_element_of_a_tuple(x):
    t = (x, x)
    t[0] = 1.0
    return t[0]


@of
def case_raise_of_a_value(x):
    if x > 100.0:
        raise x
    return x


@gradient
def _variadic(*args):
    return args[0]


def case_variadic():
    _variadic(1.0)


def case_keyword_only():
    def f(x, *, scale):
        return x * scale

    gradient(f)(1.0, 2.0)


def case_no_value_on_a_path():
    def f(x):
        if x > 0.0:
            return x

    gradient(f)(1.0)


def case_no_source():
    scope = {}
    exec("def f(x):\n    return x * x\n", scope)
    gradient(scope["f"])(2.0)


def case_generator():
    def f(x):
        yield x

    gradient(f)(2.0)
