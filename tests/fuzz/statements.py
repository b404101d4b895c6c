"""Random statements: assignments, views, calls, branches and loops around any of these."""

from __future__ import annotations

from .expressions import STEPS, Expressions, N
from .scope import Array, Integer, Lines, indented

DEEPEST = 4


class Statements(Expressions):
    """Writes statements; ``budget`` is how many more there may be."""

    budget = 0

    def block(self, count: int, depth: int) -> Lines:
        """Statements in a scope of their own."""
        outside, self.scope = self.scope, self.scope.copy()
        lines: Lines = []
        for _ in range(count):
            lines += self.statement(depth)
            if self.budget <= 0:
                break
        self.scope = outside
        return lines

    def statement(self, depth: int) -> Lines:
        self.budget -= 1
        kinds = [
            (self.assign, 14), (self.augment, 6), (self.permute, 3), (self.store, 18), (self.swap, 5),
            (self.rebind, 6), (self.store_slice, 6), (self.view, 6), (self.call_for_effect, 5),
            (self.count, 4), (self.bundle, 3), (self.closure, 2), (self.temporary, 3),
        ]
        if self.has(kind="complex"):
            kinds.append((self.store_complex, 8))
        if depth < DEEPEST:
            kinds += [(lambda: self.branch(depth), 12), (lambda: self.loop(depth), 12),
                      (lambda: self.while_loop(depth), 5)]
        if depth < 2:
            kinds.append((self.nest, 24 if self.cheap else 12))
        chosen, = self.rng.choices([k for k, _ in kinds], [w for _, w in kinds])
        return chosen()

    def nest(self) -> Lines:
        raise NotImplementedError

    # --- numbers --------------------------------------------------------------------------------

    def target(self) -> str:
        return self.rng.choice(self.scope.floats)

    def assign(self) -> Lines:
        if self.chance(0.15):
            name, value = self.name("a"), self.number()
            self.scope.floats.append(name)
            return [f"{name} = {value}"]
        return [f"{self.target()} = {self.number()}"]

    def augment(self) -> Lines:
        return [f"{self.target()} {self.pick('+=', '-=', '*=')} {self.number(1)}"]

    def permute(self) -> Lines:
        a, b, c = (self.target() for _ in range(3))
        return [self.pick(f"{a}, {b} = {b}, {a}", f"{a}, {b}, {c} = {b}, {c}, {a}")]

    def count(self) -> Lines:
        counters = [i for i in self.scope.integers if i.assignable]
        if not counters:
            return self.assign()
        c, i = self.rng.choice(counters).name, self.integer().name
        return [self.pick(f"{c} += 1", f"{c} -= 2", f"{c} += 3", f"{c} = ({c} * 2 + {i}) % 7",
                          f"{c} = int(abs({self.atom()}) * 3.0) % 5")]

    # --- elements and whole arrays --------------------------------------------------------------

    def store(self) -> Lines:
        op = self.pick("=", "=", "=", "+=", "-=", "*=")
        return [f"{self.place()} {op} {self.number()}"]

    def place(self, *, inner: bool = False, array: Array | None = None) -> str:
        a = array or self.array()
        return f"{a.name}[{self.indices(a.shape, inner=inner)}]"

    def store_complex(self) -> Lines:
        a = self.array(kind="complex")
        return [f"{self.place(array=a)} {self.pick('=', '=', '+=', '*=')} {self.complex_number()}"]

    def swap(self) -> Lines:
        first = self.array()
        same = [a.name for a in self.scope.arrays if a.shape == first.shape and a.kind == first.kind]
        if len(same) < 2:
            return self.store()
        names = self.rng.sample(same, min(len(same), self.pick(2, 2, 3)))
        turned = [*names[1:], names[0]]
        if self.chance(0.15):
            turned[-1] = turned[0]
        if self.chance(0.1):
            return [f"{names[0]}, {names[1]} = swapped({names[0]}, {names[1]})"]
        return [f"{', '.join(names)} = {', '.join(turned)}"]

    def rebind(self) -> Lines:
        a = self.array()
        others = [b.name for b in self.scope.arrays if b.shape == a.shape and b.kind == a.kind]
        if self.chance(0.25):
            b, c = self.rng.choice(others), self.rng.choice(others)
            return [f"{a.name} = {self.pick(b, f'({b} if {self.condition()} else {c})')}"]
        if self.chance(0.2):
            name, value = self.name("v"), self.whole(a.shape)
            self.scope.arrays.append(Array(name, a.shape))
            return [f"{name} = {value}"]
        return [f"{a.name} = {self.whole(a.shape)}"]

    def store_slice(self) -> Lines:
        a = self.array()
        b = self.array(a.shape)
        forms = [f"{a.name} *= {self.atom()}", f"{a.name} += {b.name} * {self.atom()}",
                 f"{a.name}[:] = {self.whole(a.shape)}", f"{a.name}[1:] = {b.name}[:-1] * {self.atom()}",
                 f"{a.name}[:-1] += {b.name}[1:]", f"{a.name}[::2] *= {self.atom()}",
                 f"{a.name}[1:] = {a.name}[:-1] * 0.9", f"{a.name}[:] = {self.atom()}"]
        if len(a.shape) == 2 and self.has((a.shape[1],)):
            row = self.array((a.shape[1],)).name
            forms += [f"{a.name}[{self.index(a.shape[0])}] = {row}", f"{a.name}[:] = {row}",
                      f"{a.name}[{self.index(a.shape[0])}, 1:] *= {self.atom()}"]
        return [self.rng.choice(forms)]

    def view(self) -> Lines:
        """A view under a name of its own, and something written through it."""
        a = self.array()
        n = a.shape[0]
        name = self.name("r")
        if len(a.shape) == 1:
            k = self.rng.randrange(1, n) if n > 1 else 0
            source, shape = self.rng.choice([
                (f"{a.name}[{k}:]", (n - k,)), (f"{a.name}[:{n - k}]", (n - k,)),
                (f"{a.name}[::-1]", a.shape), (f"{a.name}[::2]", ((n + 1) // 2,)), (f"{a.name}[:]", a.shape),
            ])
        else:
            m = a.shape[1]
            source, shape = self.rng.choice([
                (f"{a.name}[{self.index(n)}]", (m,)), (f"{a.name}[:, {self.index(m)}]", (n,)),
                (f"{a.name}.T", (m, n)), (f"{a.name}[1:, :-1]", (n - 1, m - 1)), (f"{a.name}[::-1]", a.shape),
            ])
        if 0 in shape:
            return self.store()
        view = Array(name, shape)
        self.scope.arrays.append(view)
        write = self.pick(f"{self.place(array=view)} {self.pick('=', '+=', '*=')} {self.number(1)}",
                          f"{name} *= {self.atom()}", f"{name} += {self.atom()}")
        return [f"{name} = {source}", write]

    def temporary(self) -> Lines:
        """An array of numbers on their way."""
        t, j = self.name("t"), self.name("j")
        length = self.pick(3, N, N)
        fill = self.pick("np.empty", "np.zeros", "np.ones")
        source = self.array((N,)).name if self.has((N,)) else self.array().name + ".ravel()"
        lines = [f"{t} = {fill}({length})", f"for {j} in range({length}):",
                 f"    {t}[{j}] {self.pick('=', '=', '+=') if fill != 'np.empty' else '='} "
                 f"{source}[{j}] * {self.atom()}"]
        self.scope.arrays.append(Array(t, (length,)))
        if self.chance(0.5):
            lines += [f"for {j} in range(1, {length}):", f"    {t}[{j}] = {t}[{j}] * {t}[{j} - 1] + 0.2"]
        return lines

    # --- calls, tuples, closures ----------------------------------------------------------------

    def call_for_effect(self) -> Lines:
        v = self.array(rank=1)
        w = self.array(v.shape)
        f, g, c = self.target(), self.target(), self.atom()
        options = [[f"relax({v.name}, {c})"], [f"{f} = bump({v.name}, {self.index(v.shape[0])}, {c})"],
                   [f"{f}, {g} = pair({c}, {self.atom()})"], [f"{v.name} = mixed({v.name}, {w.name})"],
                   [f"{f} = {self.call()}"]]
        counters = [i.name for i in self.scope.integers if i.assignable]
        if counters:
            options.append([f"{self.rng.choice(counters)}, {f} = search({v.name}, {w.name}, {c})"])
        return self.rng.choice(options)

    def bundle(self) -> Lines:
        """A tuple that is taken apart again, or indexed."""
        q, a, b = self.name("q"), self.array(), self.array()
        f, g = self.target(), self.target()
        same = self.array(a.shape, a.kind)
        return self.pick(
            [f"{q} = ({f}, {a.name})", f"{f} = {self.number(1)}", f"{g}, {a.name} = {q}"],
            [f"{q} = ({f}, {self.atom()}, {self.atom()})", f"{g} = {q}[{self.index(3)}]"],
            [f"{q} = ({a.name}, {same.name})", f"{a.name} = {q}[{self.integer().name} % 2]"],
            [f"for {q} in ({f}, {self.atom()}):", f"    {g} = {g} * 0.5 + {q}"],
            [f"{q} = ({b.name}, ({f}, {g}))", *self.store(), f"{f} = {q}[1][1] * {q}[1][0]"],
        )

    def closure(self) -> Lines:
        h, v = self.name("h"), self.array()
        f, g = self.target(), self.target()
        if self.chance(0.5):
            return [f"{h} = lambda z: z * {f} + {self.element(array=v)}", *self.assign(),
                    f"{g} = {h}({self.atom()})"]
        return [f"def {h}(z, k):", f"    {v.name}[k % {v.shape[0]}] = z * {self.atom()}" if len(v.shape) == 1
                else f"    {v.name}[k % {v.shape[0]}, 0] = z", f"    return z * {f}",
                f"{g} = {h}({self.atom()}, {self.integer().name})"]

    # --- control --------------------------------------------------------------------------------

    def branch(self, depth: int) -> Lines:
        lines = [f"if {self.condition()}:", *indented(self.body(depth))]
        if self.chance(0.2):
            lines += [f"elif {self.condition()}:", *indented(self.body(depth))]
        if self.chance(0.5):
            lines += ["else:", *indented(self.body(depth))]
        return lines

    def body(self, depth: int) -> Lines:
        lines = self.block(self.rng.randrange(1, 4), depth + 1)
        if self.scope.loops and self.chance(0.2):
            lines.append(self.pick("break", "continue"))
        elif self.chance(0.05):
            lines.append(self.leave())
        return lines

    def leave(self) -> str:
        if self.scope.returns == "pair":
            return f"return {self.number(1)}, {self.atom()}"
        return f"return {self.number(1)}"

    def bounds(self) -> tuple[str, int, int]:
        """A range, and the range of its index."""
        lo = self.pick(0, 0, 0, 1, 1, 2)
        hi = self.pick(STEPS, N, N, N - 1, 3, N - 2)
        high = self.length(hi)
        k = self.rng.randrange(12)
        if k < 6:
            return (f"range({high})" if lo == 0 else f"range({lo}, {high})"), lo, hi - 1
        if k < 9:
            return f"range({high} - 1, {lo - 1}, -1)", lo, hi - 1
        if k == 9:
            return f"range({lo}, {high}, 2)", lo, hi - 1
        if k == 10:
            return f"range({high} - 1, {lo - 1}, -2)", lo, hi - 1
        known = [i for i in self.scope.integers if i.low is not None and i.low >= 0 and i.high < N]
        if not known:
            return f"range({high})", 0, hi - 1
        i = self.rng.choice(known)
        return self.pick((f"range({i.name})", 0, N - 1), (f"range({i.name}, {N})", 0, N - 1),
                         (f"range({i.name}, -1, -1)", 0, N - 1), (f"range({i.name} % 3, 5)", 0, 4))

    def length(self, n: int) -> str:
        """A number, spelled as a literal or by the length of an array."""
        if self.chance(0.4):
            return str(n)
        if n == STEPS and self.chance(0.6):
            return "n"
        array = self.array()
        axis = self.rng.randrange(len(array.shape))
        shift = n - array.shape[axis]
        forms = [f"{array.name}.shape[{axis}]"]
        if axis == 0:
            forms.append(f"len({array.name})")
        if len(array.shape) == 1:
            forms.append(f"{array.name}.size")
        return self.rng.choice(forms) + (f" {'+' if shift > 0 else '-'} {abs(shift)}" if shift else "")

    def loop(self, depth: int) -> Lines:
        outside, self.scope = self.scope, self.scope.copy()
        self.scope.loops += 1
        i = self.name("i")
        first: Lines = []
        k = self.rng.randrange(14)
        vectors = [a for a in self.scope.arrays if len(a.shape) == 1 and a.kind == "real"]
        if k < 11 or not vectors:
            header, low, high = self.bounds()
            header = f"for {i} in {header}:"
        else:
            z, v = self.name("z"), self.rng.choice(vectors)
            low, high = 0, v.shape[0] - 1
            header = self.pick(f"for {i}, {z} in enumerate({v.name}):",
                               f"for {i}, {z} in zip(range({v.shape[0]}), {v.name}):")
            first = [f"{self.target()} += 0.3 * {z}"]
        self.scope.integers.append(Integer(i, low, high))
        body = [*first, *self.block(self.rng.randrange(1, 5), depth + 1)]
        if self.chance(0.1):
            body.append(f"if {self.condition()}:")
            body.append(f"    {self.pick('break', 'continue')}")
        self.scope = outside
        lines = [header, *indented(body)]
        if self.chance(0.05):
            lines += ["else:", f"    {self.target()} = {self.number(1)}"]
        if self.chance(0.06):
            lines = [f"{i} = 1", *lines]
            self.scope.integers.append(Integer(i))
        return lines

    def while_loop(self, depth: int) -> Lines:
        outside, self.scope = self.scope, self.scope.copy()
        self.scope.loops += 1
        k = self.name("k")
        self.scope.integers.append(Integer(k, 1, STEPS))
        body = self.block(self.rng.randrange(1, 4), depth + 1)
        if self.chance(0.3):
            header = "while True:"
            body = [f"{k} += 1", f"if {k} > 3 or {self.condition()}:", "    break", *body]
        else:
            header = f"while {k} < {self.pick('3', 'n', '4')} and ({self.condition()}):"
            if self.chance(0.4):
                header = f"while {k} < n:"
            body = [f"{k} += 1", *body]
        self.scope = outside
        return [f"{k} = 0", header, *indented(body)]
