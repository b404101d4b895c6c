"""Tables of the reference, made from the compiler's own tables when the documentation is built.

A page says ``<!-- table: name -->`` where the table of that name goes. ``python docs/_generate.py``
prints them all.
"""

import importlib
import inspect
import re

import adcomp.kernels  # fills RULES
from adcomp import special
from adcomp.api import _CHOICES
from adcomp.frontend.fence import UNSUPPORTED
from adcomp.kernels.vmath import BOUNDS, VECTOR
from adcomp.registry import RULE_MODULES, RULES

for module in RULE_MODULES:
    importlib.import_module(module)

OPERATORS = re.compile(r"[^\w.]+|neg|pos|in|not in|is|is not|not|\.\w+(\(\))?")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def code(text):
    return "`" + text.replace("|", "\\|") + "`"


def unsupported():
    """Syntax that is refused, and what to do instead."""
    rows = dict.fromkeys(UNSUPPORTED.values())
    return table(["refused", "instead"], [[what, hint] for what, hint in rows])


def options():
    """The options of a derivative: values, and those that are planned."""
    rows = [[code(name), ", ".join(code(repr(v)) for v in allowed),
             ", ".join(code(repr(v)) for v in planned)]
            for name, (allowed, planned) in _CHOICES.items()]
    return table(["option", "values, the default first", "planned"], rows)


def reads(params):
    """What a rule reads besides the cotangent."""
    return ", ".join(code(p) for p in params if p != "y_bar") or "nothing"


def note(function):
    """The docstring of a rule in one line: its choice at a kink, or the source of its formula."""
    return note_of(function.__doc__ or "")


def note_of(text):
    """A text in one line of a table."""
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())


def scalar_rules():
    """The ops that have an equation."""
    rows = [[", ".join(map(code, rule.ops)), reads(rule.params), "yes" if rule.complex else "",
             note(rule.function)] for rule in RULES if rule.ops and not rule.ops[0].startswith("special.")]
    return table(["ops", "reads", "complex", "notes"], rows)


def special_functions():
    """The functions of `adcomp.special` that have an equation, and what is known of their arguments."""
    rows = []
    for name in special.__all__:
        rule = RULES.scalar(f"special.{name}")
        if rule is None:
            continue
        function = getattr(special, name)
        params = list(inspect.signature(function).parameters)
        refused = [p for p, domain in zip(params, rule.domains, strict=True) if not domain.has_rule]
        integers = [p for p, domain in zip(params, rule.domains, strict=True) if domain.integer]
        kinds = [f"{', '.join(map(code, refused))}: refused"] if refused else []
        kinds += [f"{', '.join(map(code, integers))}: an integer"] if integers else []
        summary = inspect.getdoc(function).split("\n\n")[0]
        rows.append([code(f"{name}({', '.join(params)})"), note_of(summary), "; ".join(kinds),
                     "yes" if rule.complex else "", note(rule.function)])
    return table(["function", "", "arguments", "complex", "slopes"], rows)


def array_rules():
    """The ops whose pullback is a kernel."""
    rows = []
    for op in RULES._array:
        parts = RULES.array(op)
        needs = "; ".join(reads(rule.params[:-1]) for rule in parts.values())
        rows.append([code(str(op)), ", ".join(map(code, parts)), needs])
    return table(["op", "by", "reads, for each"], rows)


def zero_rules():
    """The ops whose derivative is zero."""
    ops = sorted(RULES.nondifferentiable_ops, key=lambda op: (not OPERATORS.fullmatch(op), op))
    return ", ".join(map(code, ops)) + "."


def vector_functions():
    """The ops that have vector kernels, and the bounds of those by type."""
    calls = {}
    for op, by_type in VECTOR.items():
        calls.setdefault(tuple(kernel.py_func.__name__ for kernel in by_type.values()), []).append(op)
    rows = [[", ".join(map(code, ops)), *([*(f"{BOUNDS[name]:.1f}" for name in names), ""][:2])]
            for names, ops in calls.items()]
    return table(["ops", "float64", "float32"], rows)


TABLES = {f.__name__: f for f in (
    unsupported, options, scalar_rules, array_rules, zero_rules, vector_functions,
    special_functions)}


def filled(text):
    """A page with its tables."""
    return re.sub(r"<!-- table: (\w+) -->", lambda found: TABLES[found[1]](), text)


if __name__ == "__main__":
    assert adcomp.kernels
    for name, make in TABLES.items():
        print(f"{name}\n\n{make()}\n")
