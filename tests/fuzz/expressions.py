"""Random expressions: indices, numbers, conditions and whole arrays."""

from __future__ import annotations

from random import Random

from .scope import Array, Integer, Kind, Scope, Shape

#: the length of most arrays
N = 6

#: what the integer argument `n` of every program is
STEPS = 4

CONSTANTS = ("0.3", "1.3", "-0.4", "0.9", "0.5")


class Expressions:
    """Writes expressions over a scope. ``cheap`` leaves out elementary functions and calls."""

    def __init__(self, rng: Random, *, cheap: bool) -> None:
        self.rng, self.cheap = rng, cheap
        self.scope = Scope()
        self.helpers: list[str] = []
        self._count = 0

    # --- choices --------------------------------------------------------------------------------

    def pick(self, *options):
        return self.rng.choice(options)

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def name(self, base: str) -> str:
        self._count += 1
        return f"{base}{self._count}"

    # --- indices --------------------------------------------------------------------------------

    def integer(self, *, inner: bool = False) -> Integer:
        """An integer; with ``inner`` most often the index of the innermost loop."""
        known = self.scope.integers
        if inner and self.chance(0.75):
            return known[-1]
        return self.rng.choice(known)

    def index(self, length: int, *, inner: bool = False) -> str:
        """An index into a dimension."""
        if not self.scope.integers or self.chance(0.12):
            return str(self.rng.randrange(-length, length))
        i = self.integer(inner=inner)
        if i.low is None or i.high is None or self.chance(0.1):
            return self.pick(f"{i.name} % {length}", f"({i.name} + {self.rng.randrange(1, 4)}) % {length}",
                             f"-1 - {i.name} % {length}", f"({i.name} * 2 + 1) % {length}")
        lowest = -length if self.chance(0.15) else 0
        shifts = [d for d in range(-3, 4) if i.low + d >= lowest and i.high + d < length]
        if shifts and self.chance(0.85):
            near = [d for d in shifts if abs(d) <= 1] or shifts
            d = self.rng.choice(near)
            return i.name if d == 0 else f"{i.name} {'+' if d > 0 else '-'} {abs(d)}"
        if i.high < length and i.low >= 0:
            return self.pick(f"{length - 1} - {i.name}", f"-1 - {i.name}")
        return f"{i.name} % {length}"

    def indices(self, shape: Shape, *, inner: bool = False) -> str:
        return ", ".join(self.index(n, inner=inner) for n in shape)

    # --- arrays and their elements --------------------------------------------------------------

    def array(self, shape: Shape | None = None, kind: Kind = "real", rank: int | None = None) -> Array:
        found = [a for a in self.scope.arrays if a.kind == kind and (shape is None or a.shape == shape)
                 and (rank is None or len(a.shape) == rank)]
        return self.rng.choice(found)

    def has(self, shape: Shape | None = None, kind: Kind = "real", count: int = 1) -> bool:
        found = [a for a in self.scope.arrays if a.kind == kind and shape in (None, a.shape)]
        return len(found) >= count

    def element(self, *, inner: bool = False, array: Array | None = None) -> str:
        a = array or self.array()
        text = f"{a.name}[{self.indices(a.shape, inner=inner)}]"
        if len(a.shape) == 2 and self.chance(0.08):
            text = f"{a.name}[{self.index(a.shape[0], inner=inner)}][{self.index(a.shape[1], inner=inner)}]"
        if a.kind == "complex":
            return self.pick(f"{text}.real", f"{text}.imag", f"abs({text} + 2.0)")
        return text

    # --- numbers --------------------------------------------------------------------------------

    def atom(self, *, inner: bool = False) -> str:
        k = self.rng.randrange(20)
        if k < 7 and self.scope.floats:
            return self.rng.choice(self.scope.floats)
        if k < 17:
            if self.has(kind="complex") and self.chance(0.2):
                return self.element(inner=inner, array=self.array(kind="complex"))
            return self.element(inner=inner)
        if k == 17 and self.scope.integers:
            return f"0.1 * {self.integer().name}"
        return self.pick(*CONSTANTS)

    def small(self, *, inner: bool = True) -> str:
        """A cheap polynomial of a few atoms."""
        a, b, c = (self.atom(inner=inner) for _ in range(3))
        return self.pick(a, f"{a} * {b}", f"0.5 * {a} + {b}", f"{a} - 0.3 * {b}", f"{a} * {b} + 0.2 * {c}",
                         f"0.4 * {a} * {b} * {c}", f"{a} + {b} - {c}", f"{a} * 0.7")

    def number(self, depth: int = 2) -> str:
        """A number that depends on what there is."""
        if depth == 0:
            return self.atom()
        if self.cheap:
            return self.small(inner=self.chance(0.5))
        x = self.number(depth - 1 if self.chance(0.6) else 0)
        y = self.atom()
        options = [
            f"math.sin({x})", f"({x}) * {y}", f"({x}) * {y}", f"({x} + 0.3 * {y})", f"({x} - {y} * {y})",
            f"{y} / (1.0 + {y} * {y})", f"({x} if {self.condition()} else {y})",
            self.pick(f"max({x}, {y})", f"min({x}, {y})", f"abs({x})"), f"math.exp(-abs({x}))",
            f"math.cos({x} * {y})", f"np.tanh({x})", self.reduction(),
        ]
        if self.helpers:
            options += [self.call(), self.call()]
        return self.rng.choice(options)

    def reduction(self) -> str:
        a = self.array()
        b = self.array(a.shape)
        forms = [f"np.sum({a.name})", f"np.sum({a.name} * {b.name})", f"np.mean({a.name})",
                 f"np.max({a.name})", f"{a.name}.min()"]
        if len(a.shape) == 1:
            forms += [f"np.dot({a.name}, {b.name})", f"np.sum({a.name}[1:] - {b.name}[:-1])"]
        else:
            forms += [f"np.sum({a.name}[{self.index(a.shape[0])}] * {b.name}[:, {self.index(a.shape[1])}])"
                      if a.shape[0] == a.shape[1] else f"np.sum({a.name}[0])"]
        return self.rng.choice(forms)

    def call(self) -> str:
        """A call of a helper that returns a number."""
        v = self.array(rank=1)
        w = self.array(v.shape)
        i, c = self.index(v.shape[0]), self.atom()
        return self.pick(
            f"pick({v.name}, {c})", f"rec({c}, {self.integer().name} % 4)", f"halve({c})",
            f"bump({v.name}, {i}, {c})", f"walk({v.name}, {i}, 0.5 * {c}, 3)", f"fold({v.name}, {w.name})",
            *(f"{h}({v.name}, {w.name}, {c})" for h in self.helpers if h.startswith("helper")),
        )

    # --- conditions -----------------------------------------------------------------------------

    def condition(self, depth: int = 1) -> str:
        k = self.rng.randrange(10)
        if k >= 7 and depth:
            a, b = self.condition(0), self.condition(0)
            return self.pick(f"{a} and {b}", f"{a} or {b}", f"not ({a})")
        if k < 4 or not self.scope.integers:
            return f"{self.atom()} {self.pick('>', '<', '>=')} {self.pick('0.1', '0.4', '-0.2', '0.7')}"
        if k < 7:
            return f"{self.integer().name} % {self.pick(2, 3)} == {self.pick(0, 1)}"
        return self.pick(f"{self.atom()} < {self.atom()}", f"0.05 < {self.atom()} < 0.8")

    # --- whole arrays ---------------------------------------------------------------------------

    def whole(self, shape: Shape) -> str:
        """An array expression of a shape."""
        a, b = (self.array(shape).name if self.has(shape) else f"np.ones({shape})" for _ in range(2))
        forms = [
            f"{a}.copy()", f"0.5 * {a} + {b} * {self.atom()}", f"{a} * {b} * 0.5", f"np.zeros({shape})",
            f"np.full({shape}, {self.atom()})", f"np.where({a} > 0.1, {b}, {a})", f"np.minimum({a}, {b})",
        ]
        if not self.cheap:
            forms += [f"np.sin({a})", f"np.exp(-{a} * {a})", f"np.abs({a} - {b})"]
        if len(shape) == 1:
            forms += self._from_matrices(shape[0])
            if shape == (N,):
                forms += [f"step({a})", f"which({a}, {b}, {self.atom()})"]
        elif self.has((shape[1],)) and self.has((shape[0],)):
            r, c = self.array((shape[1],)).name, self.array((shape[0],)).name
            forms += [f"{a} * {r}", f"{a} + 0.5 * {c}[:, None]", f"np.outer({c}, {r})"]
            if shape[0] == shape[1]:
                forms.append(f"{a}.T * 0.5")
        return self.rng.choice(forms)

    def _from_matrices(self, length: int) -> list[str]:
        forms = []
        for m in (a for a in self.scope.arrays if len(a.shape) == 2 and a.kind == "real"):
            rows, columns = m.shape
            if columns == length:
                forms += [f"np.sum({m.name}, axis=0) * 0.2", f"{m.name}[{self.index(rows)}] * 0.8"]
                if self.has((rows,)):
                    forms.append(f"{self.array((rows,)).name} @ {m.name} * 0.3")
            if rows == length:
                forms += [f"{m.name}.sum(axis=1) * 0.2", f"{m.name}[:, {self.index(columns)}] * 0.8"]
                if self.has((columns,)):
                    forms.append(f"{m.name} @ {self.array((columns,)).name} * 0.3")
        return self.rng.sample(forms, min(2, len(forms)))

    def complex_number(self) -> str:
        a = self.array(kind="complex")
        z = f"{a.name}[{self.indices(a.shape)}]"
        return self.pick(f"{z} * {self.small()}", f"{self.small()} + 1j * {z}", f"np.conj({z}) * 0.5",
                         f"{z} * {z} * 0.3 + {self.small()}", f"complex({self.atom()}, {self.atom()})")
