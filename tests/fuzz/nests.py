"""Loops in the shapes that the passes look for: time loops, stencils, sweeps of matrices, maxima."""

from __future__ import annotations

from .expressions import N
from .scope import Array, Integer, Lines, indented
from .statements import Statements


class Nests(Statements):
    """Adds nests of loops with cheap bodies to the statements."""

    def nest(self) -> Lines:
        self.budget -= 2
        cheap, self.cheap = self.cheap, True
        lines = self.rng.choice([self.time_loop, self.time_loop, self.sweep, self.sweep, self.maximum,
                                 self.rows, self.elementwise])()
        self.cheap = cheap
        return lines

    # --- loops over time ------------------------------------------------------------------------

    def time_loop(self) -> Lines:
        """Sweeps over arrays, again and again."""
        outside, self.scope = self.scope, self.scope.copy()
        t = self.name("t")
        header, low, high = self.pick(
            ("range(n)", 0, 3), ("range(n + 3)", 0, 6), ("range(5)", 0, 4), ("range(2, n + 3)", 2, 6),
            ("range(7)", 0, 6), ("range(n, 0, -1)", 1, 4),
        )
        self.scope.integers.append(Integer(t, low, high))
        self.scope.loops += 1
        body: Lines = []
        if self.chance(0.35):
            body += self.fresh_array()
        for _ in range(self.rng.randrange(1, 4)):
            body += self.sweep() if self.chance(0.85) else self.maximum()
        extras = [(self.swap, 0.4), (self.count, 0.25), (self.augment, 0.15), (self.rebind, 0.15),
                  (self.store_slice, 0.15), (self.store, 0.2), (self.view, 0.1)]
        for extra, p in extras:
            if self.chance(p):
                body += extra()
        if self.chance(0.12):
            body += [f"if {self.condition(0)}:", f"    {self.pick('break', 'continue', *self.store())}"]
        self.scope = outside
        return [f"for {t} in {header}:", *indented(body)]

    def fresh_array(self) -> Lines:
        d = self.name("d")
        shape = self.pick((N,), (N,), (N + 2,), (N, 3))
        made = self.pick("zeros", "zeros", "empty", "ones")
        lengths = [self.length(n) for n in shape]
        spelled = lengths[0] if len(shape) == 1 else f"({', '.join(lengths)})"
        lines = [f"{d} = np.{made}({spelled})"]
        if made in ("zeros", "empty") and self.has(shape) and self.chance(0.3):
            lines = [f"{d} = np.{made}_like({self.array(shape).name})"]
        if made == "empty":
            j, k = self.name("j"), self.name("k")
            if len(shape) == 1:
                lines += self.pick([f"{d}[:] = {self.atom()}"],
                                   [f"for {j} in range({lengths[0]}):", f"    {d}[{j}] = {self.atom()}"])
            else:
                lines += [f"for {j} in range({lengths[0]}):", f"    for {k} in range({lengths[1]}):",
                          f"        {d}[{j}, {k}] = {self.atom()}"]
        self.scope.arrays += [Array(d, shape)] * 2
        return lines

    # --- loops over elements --------------------------------------------------------------------

    def sweep(self) -> Lines:
        """One to three nested loops whose innermost does a few cheap things to elements."""
        outside, self.scope = self.scope, self.scope.copy()
        depth = self.pick(1, 1, 1, 2, 2, 3)
        headers = []
        for _ in range(depth):
            i = self.name("i")
            header, low, high = self.bounds()
            headers.append(f"for {i} in {header}:")
            self.scope.integers.append(Integer(i, low, high))
        self.scope.loops += 1
        lines = self.cheap_block(self.rng.randrange(1, 5))
        for k, header in enumerate(reversed(headers)):
            if k:
                lines = self.around(lines)
            lines = [header, *indented(lines)]
            self.scope.integers.pop()
        self.scope = outside
        return lines

    def around(self, lines: Lines) -> Lines:
        """What stands beside an inner loop."""
        if self.chance(0.4):
            s = self.target()
            begin, factor = self.pick("0.0", "0.1", self.atom(inner=True)), self.pick("0.3", self.atom())
            op = self.pick("=", "+=", "-=")
            return [f"{s} = {begin}", *lines, f"{self.place(inner=True)} {op} {s} * {factor}"]
        if self.chance(0.3):
            return [*self.cheap_block(1), *lines] if self.chance(0.5) else [*lines, *self.cheap_block(1)]
        return lines

    def cheap_block(self, count: int) -> Lines:
        lines: Lines = []
        for _ in range(count):
            lines += self.cheap_statement()
        return lines

    def cheap_statement(self) -> Lines:
        k = self.rng.randrange(20)
        if k < 9:
            op = self.pick("=", "=", "+=", "+=", "-=", "*=")
            value = f"0.5 * {self.small()}" if op == "=" else f"0.3 * {self.small()}"
            return [f"{self.place(inner=True)} {op} {value}"]
        if k < 11:
            a = self.array()
            here, there = self.place(inner=True, array=a), self.place(inner=True, array=a)
            return [f"{here} = 0.6 * {there} + 0.3 * {self.small()}"]
        if k < 14:
            return [f"{self.target()} {self.pick('+=', '+=', '-=')} {self.small()}"]
        if k < 15:
            name, value = self.name("a"), self.small()
            self.scope.floats += [name] * 3
            return [f"{name} = {value}"]
        if k < 16:
            m, v = self.target(), self.atom(inner=True)
            return [f"if {v} {self.pick('>', '<')} {m}:",
                    f"    {m} = {self.pick(v, f'{v} * {self.atom(inner=True)}')}"]
        if k < 18:
            body = self.cheap_block(1)
            lines = [f"if {self.atom(inner=True)} > 0.1:", *indented(body)]
            return [*lines, "else:", *indented(self.cheap_block(1))] if self.chance(0.3) else lines
        if k < 19:
            i = self.scope.integers[-1]
            if i.low is None or i.high is None:
                return self.cheap_statement()
            d = self.pick(-1, 0, 1, 2)
            h = self.name("h")
            self.scope.integers.insert(-1, Integer(h, i.low + d, i.high + d))
            return [f"{h} = {i.name} {'-' if d < 0 else '+'} {abs(d)}",
                    f"{self.place(inner=True)} += 0.2 * {self.element(inner=False)}"]
        return [f"if {self.atom(inner=True)} > 0.9:", f"    {self.pick('break', 'continue')}"]

    def rows(self) -> Lines:
        """A loop over views of an array, which an inner loop reads and writes."""
        outside, self.scope = self.scope, self.scope.copy()
        i, j, r = self.name("i"), self.name("j"), self.name("r")
        matrices = [a for a in self.scope.arrays if len(a.shape) == 2 and a.kind == "real"]
        if matrices and self.chance(0.7):
            a = self.rng.choice(matrices)
            rows, columns = a.shape
            self.scope.integers.append(Integer(i, 0, rows - 1))
            source, length = self.pick((f"{a.name}[{self.index(rows, inner=True)}]", columns),
                                       (f"{a.name}[{rows - 1} - {i}]", columns))
            trips = rows
        else:
            a = self.array((N,))
            trips = 3
            self.scope.integers.append(Integer(i, 0, trips - 1))
            source, length = self.pick((f"{a.name}[{i}:{i} + 3]", 3), (f"{a.name}[2 - {i}:]", 4),
                                       (f"{a.name}[5 - {i}::-1]", 4), (f"{a.name}[{i}::2]", 2))
        row = Array(r, (length,))
        self.scope.arrays += [row, row]
        body = [f"{r} = {source}"]
        if self.chance(0.7):
            self.scope.integers.append(Integer(j, 0, length - 1))
            body += [f"for {j} in range({length}):", *indented(self.cheap_block(self.rng.randrange(1, 4)))]
            self.scope.integers.pop()
        for _ in range(self.rng.randrange(0, 3)):
            body += self.cheap_statement()
        if self.chance(0.3):
            body += [f"{r} {self.pick('*=', '+=', '-=')} {self.atom()}"]
        self.scope = outside
        header = self.pick(f"range({trips})", f"range({trips})", f"range({trips - 1}, -1, -1)")
        return [f"for {i} in {header}:", *indented(body)]

    def maximum(self) -> Lines:
        """A maximum or the like, kept by hand."""
        outside, self.scope = self.scope, self.scope.copy()
        i, m, at = self.name("i"), self.target(), self.name("at")
        header, low, high = self.bounds()
        self.scope.integers.append(Integer(i, low, high))
        v, w = self.atom(inner=True), self.atom(inner=True)
        value = self.pick(v, v, v, f"{v} * {w}", w, f"{v} + 0.1")
        body = [f"if {v} {self.pick('>', '<', '>=')} {m}:", f"    {m} = {value}"]
        lines: Lines = [f"{m} = {self.pick('-10.0', '0.0', '10.0', self.atom())}"] if self.chance(0.6) else []
        after: Lines = []
        if self.chance(0.4):
            lines.append(f"{at} = 0")
            body.append(f"    {at} = {i}")
            after = [f"{self.target()} += 0.3 * {self.array((N,)).name}[{at} % {N}]"]
        if self.chance(0.3):
            body += [f"    {self.target()} = {self.small()}"]
        if self.chance(0.25):
            body += self.cheap_block(1)
        self.scope = outside
        return [*lines, f"for {i} in {header}:", *indented(body), *after]

    def elementwise(self) -> Lines:
        """Array expressions in a row, with temporaries that may be fused away."""
        lines: Lines = []
        for _ in range(self.rng.randrange(2, 5)):
            lines += self.rng.choice([self.rebind, self.store_slice, self.rebind, self.view])()
        return lines
