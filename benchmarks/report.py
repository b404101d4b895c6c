"""The outcome of a run as a table, a plot and a JSON file."""

import json
import math
from dataclasses import dataclass, field

from tabulate import tabulate

# Title of each ratio: numerator, denominator.
RATIOS = {
    "gradient / primal": ("gradient", "primal"),
    "gradient / hand-written": ("gradient", "hand-written"),
    "gradient / JAX": ("gradient", "JAX"),
    "hand-written / primal": ("hand-written", "primal"),
}
PLOTTED = ("gradient / primal", "gradient / hand-written", "gradient / JAX")


@dataclass
class Row:
    """What was measured of one program.  A column that failed has an entry in `failures` and none
    in `samples`.
    """

    name: str
    title: str
    samples: dict = field(default_factory=dict)  # column -> timing.Samples
    failures: dict[str, str] = field(default_factory=dict)  # column -> reason
    compile_seconds: dict[str, float] = field(default_factory=dict)

    def ratio(self, title, statistic="median"):
        """The ratio called `title`, or None where one of its parts is missing."""
        parts = [self.samples.get(column) for column in RATIOS[title]]
        if None in parts:
            return None
        return getattr(parts[0], statistic) / getattr(parts[1], statistic)

    @property
    def compile_ratio(self):
        seconds = self.compile_seconds
        if "gradient" not in seconds or "primal" not in seconds:
            return None
        return seconds["gradient"] / seconds["primal"]

    def cell(self, title):
        value = self.ratio(title)
        if value is not None:
            return f"{value:.2f}"
        column = next((column for column in RATIOS[title] if column in self.failures), None)
        if column is None:
            return "-"
        # The reason once a row, in the first column that needs what failed.
        first = next(other for other in RATIOS if column in RATIOS[other])
        return f"failed: {shortened(self.failures[column])}" if title == first else "failed"


def shortened(reason, width=60):
    line = reason.strip().splitlines()[0] if reason.strip() else "no message"
    return line if len(line) <= width else line[: width - 3] + "..."


def geometric_mean(values):
    values = [value for value in values if value is not None]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def means(rows, statistic="median"):
    return {title: geometric_mean(row.ratio(title, statistic) for row in rows) for title in RATIOS}


def table(rows):
    """The table, then the full text of every failure."""

    def number(value):
        return "-" if value is None else f"{value:.2f}"

    lines = []
    for row in rows:
        primal = row.samples.get("primal")
        milliseconds = "-" if primal is None else f"{primal.median * 1e3:.2f}"
        lines.append([row.title, milliseconds, *map(row.cell, RATIOS), number(row.compile_ratio)])
    for statistic in ("median", "minimum"):
        compile_mean = geometric_mean(row.compile_ratio for row in rows)
        last = number(compile_mean) if statistic == "median" else ""
        average = map(number, means(rows, statistic).values())
        lines.append([f"geometric mean ({statistic})", "", *average, last])
    headers = ["program", "primal, ms", *RATIOS, "first call / primal's"]
    alignment = ("left", *["right"] * (len(headers) - 1))
    text = tabulate(lines, headers=headers, disable_numparse=True, colalign=alignment)
    failures = [
        f"{row.name}, {column}: {reason}" for row in rows for column, reason in row.failures.items()
    ]
    if any("gradient" in row.failures for row in rows):
        failures.insert(0, "The means leave out the programs that failed.")
    return "\n\n".join([text, *failures])


def write_json(rows, path, **context):
    def described(row):
        return {
            "name": row.name,
            "title": row.title,
            "seconds": {
                column: {"median": s.median, "minimum": s.minimum, "samples": s.seconds}
                for column, s in row.samples.items()
            },
            "ratios": {title: row.ratio(title) for title in RATIOS},
            "ratios of minima": {title: row.ratio(title, "minimum") for title in RATIOS},
            "compile seconds": row.compile_seconds,
            "compile ratio": row.compile_ratio,
            "failures": row.failures,
        }

    document = {
        **context,
        "programs": [described(row) for row in rows],
        "geometric means": means(rows),
        "geometric means of minima": means(rows, "minimum"),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")


def write_plot(rows, path):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(11, 5), layout="constrained")
    width = 0.8 / len(PLOTTED)
    average = means(rows)
    names = [*(row.name for row in rows), "geometric\nmean"]
    for i, title in enumerate(PLOTTED):
        if average[title] is None:
            continue
        heights = [*(row.ratio(title) for row in rows), average[title]]
        positions = [x + (i - 1) * width for x, height in enumerate(heights) if height is not None]
        bars = axes.bar(positions, [h for h in heights if h is not None], width, label=title)
        axes.bar_label(bars, fmt="%.2g", fontsize=7)
    for x, row in enumerate(rows):
        if "gradient" in row.failures:
            axes.text(x, 1.0, "failed", rotation=90, ha="center", va="bottom", color="tab:red")
    axes.axhline(1.0, color="black", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylabel("ratio of times (lower is better)")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)
