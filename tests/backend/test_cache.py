"""The disk cache: hits in another process, never stale, never in the way."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from numba import njit, types

from adcomp.backend import cache
from adcomp.backend.cache import Key, load_program, recipe_for, store_program
from adcomp.backend.cpu import Generated
from adcomp.backend.fingerprint import fingerprint
from adcomp.core import store
from adcomp.core.numba_adapter import CompilerOptions

from . import fakes
from .fakes import gradient

TABLE = np.arange(3.0)
SCALE = 3.0


@njit
def helper(x):
    return SCALE * x


def primal(x, n=2):
    return helper(x) * TABLE[n]


@pytest.fixture(autouse=True)
def forget():
    fakes.calls.clear()


def make(**options):
    return gradient(primal, "return helper(1.0) * TABLE[n] + 0.0 * x", "helper", "TABLE", **options)


def files(directory, suffix):
    return sorted(directory.rglob(f"*{suffix}"))


def test_the_second_dispatcher_compiles_nothing(cache_directory):
    assert make()(1.0) == 6.0
    assert len(files(cache_directory, ".json")) == len(files(cache_directory, ".bin")) == 1
    again = make()
    assert again(1.0) == 6.0
    assert again.stats.cache_hits and not again.stats.cache_misses
    assert "def derivative" in again.source
    assert len(fakes.calls) == 1


def test_without_cache(cache_directory):
    make(cache=False)(1.0)
    make(cache=False)(1.0)
    assert len(fakes.calls) == 2 and not cache_directory.exists()


def test_compiled_code_links_to_cached_code():
    make()(1.0)
    df = make()
    df(1.0)

    @njit
    def twice(x):
        return 2 * df(x)

    assert twice(1.0) == 12.0


@pytest.mark.parametrize("suffix", [".json", ".bin"])
@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[: len(data) // 2], lambda data: data[:-1] + b"?",
    lambda data: b"\0" * len(data), lambda data: data + b"x",
])
def test_damaged_entries_are_replaced(cache_directory, suffix, damage):
    make()(1.0)
    for path in files(cache_directory, ".bin") + files(cache_directory, ".json"):
        whole = path.read_bytes()
        if path.suffix == suffix:
            path.write_bytes(damage(whole))
    df = make()
    assert df(1.0) == 6.0 and "def derivative" in df.source
    calls = len(fakes.calls)
    assert make()(1.0) == 6.0 and "def derivative" in df.source
    assert len(fakes.calls) == calls


@pytest.mark.parametrize("where", ["/dev/null/adcomp", "/proc/adcomp"])
def test_no_room(monkeypatch, where):
    monkeypatch.setenv("ADCOMP_CACHE_DIR", where)
    with pytest.warns(RuntimeWarning, match="goes on without it"):
        assert make()(1.0) == 6.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert make()(1) == 6.0, "and says so once"


def test_a_full_disk_leaves_nothing_behind(cache_directory, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    with pytest.warns(RuntimeWarning, match="No space left"):
        assert make()(1.0) == 6.0
    assert not [path for path in cache_directory.rglob("*") if path.is_file()]


def test_directory(monkeypatch, tmp_path):
    monkeypatch.delenv("ADCOMP_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.directory() == tmp_path / "adcomp"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.directory() == tmp_path / ".cache" / "adcomp"


def test_clear_and_prune(cache_directory):
    make()(1.0)
    make()(1)
    sizes = [path.stat().st_size for path in cache_directory.rglob("*") if path.is_file()]
    assert cache.prune(sum(sizes)) == 0
    assert cache.prune(sum(sizes) - 1) == 1
    assert cache.clear() == 3
    assert make()(1.0) == 6.0


# --- recipes --------------------------------------------------------------------------------------

big = np.arange(100_000.0)


def reader(x, step=0.5):
    return x * big[0] + math.sin(step) + fakes.GRADIENT + np.exp(x)


@pytest.mark.parametrize("value", [
    1, 1.5, -0.0, math.inf, True, None, "text", 2 + 1j, (1, (2.0, "a")), np.float32(0.1),
    np.int8(3), np.datetime64(5, "D"), math, np, np.linalg, np.exp, np.float64, math.sin, len,
    float, helper, big, ValueError, types.float64, types.float64[:, ::1], np.dtype("f4"),
    np.array([[1, 2]]),
])
def test_recipes(value):
    found = fingerprint(reader)
    key = Key.of("reader", found, [])
    assert store_program(key, Generated("", "f", {"name": value}), reader, found)
    again = load_program(key, reader).namespace["name"]
    assert type(again) is type(value)
    np.testing.assert_array_equal(repr(again), repr(value))
    if callable(value) or value is big:
        assert again is value


def test_dispatchers_that_the_pipeline_made():
    """Of a plain function that the primal calls."""
    def plain(x):
        return 2 * x

    def f(x):
        return plain(x)

    found = fingerprint(f)
    for options, stored in (({}, True), ({"fastmath": True}, False)):
        program = Generated("", "f", {"plain": njit(plain, **options)})
        key = Key.of("f", found, [str(options)])
        assert store_program(key, program, f, found) == stored
        assert not stored or load_program(key, f).namespace["plain"] is plain


def test_what_has_no_recipe_is_not_stored():
    found = fingerprint(reader)
    program = Generated("", "f", {"name": object()})
    assert recipe_for(program, reader, found) is None
    assert not store_program(Key.of("reader", found, []), program, reader, found)


def test_a_recipe_given_by_the_pipeline(cache_directory):
    found = fingerprint(reader)
    program = Generated("", "f", {"name": object()}, {"name": ["import", "math", "tau"]})
    key = Key.of("reader", found, [])
    assert store_program(key, program, reader, found)
    assert load_program(key, reader).namespace == {"name": math.tau}


def test_large_global_arrays_have_no_machine_code_on_disk(cache_directory):
    """Numba compiles their address in."""
    big = np.arange(200_000.0)

    def f(x):
        return big[1] * x

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gradient(f, "return big[1] + 0.0 * x", "big")(1.0) == 1.0
    assert len(files(cache_directory, ".json")) == 1 and not files(cache_directory, ".bin")
    assert gradient(f, "return big[1] + 0.0 * x", "big")(1.0) == 1.0
    assert len(fakes.calls) == 1


# --- other processes ------------------------------------------------------------------------------

MODEL = """
import math, numba
from tests.backend.fakes import gradient
import other
SCALE = 2.0
@numba.njit
def helper(x):
    return 1.0 * x
def f(x):
    return SCALE * helper(x) + other.deep(x)
body = "return SCALE * helper(1.0) + other.deep(1.0) + 0.0 * x"
df = gradient(f, body, "SCALE", "helper", "other")
"""
OTHER = """
import numba
@numba.njit
def deep(x):
    return inner(x)
@numba.njit
def inner(x):
    return 10.0 * x
"""
RUN = """
import numba, time
from tests.backend import fakes
import model
start = time.perf_counter()
value = model.df(1.0)
print(value, len(fakes.calls), time.perf_counter() - start)
"""


def test_processes(process):
    def run(**files):
        value, generated, seconds = process(RUN, **files)
        return float(value), int(generated), float(seconds)

    assert run(model=MODEL, other=OTHER)[:2] == (12.0, 1)
    value, generated, seconds = run()
    assert (value, generated) == (12.0, 0)
    assert seconds < 0.4, "a cold compilation takes a second and more"
    assert run(other=OTHER.replace("10.0", "20.0"))[:2] == (22.0, 1), "callee of a callee"
    moved = "\n\n" + MODEL
    assert run(model=moved, other=OTHER)[:2] == (12.0, 0), "and back; moved, but the same"


@pytest.mark.slow
@pytest.mark.parametrize("old, new, value", [
    ("1.0 * x", "4.0 * x", 18.0), ("SCALE = 2.0", "SCALE = 5.0", 15.0),
    ("return SCALE * helper(x) +", "return 0.0 +", 12.0),
])
def test_edits(process, old, new, value):
    assert process(RUN, model=MODEL, other=OTHER)[:2] == ["12.0", "1"]
    assert process(RUN, model=MODEL.replace(old, new))[:2] == [str(value), "1"]


COLLIDE = """
import numba
from tests.backend.fakes import gradient
STEPS = "".join(f"        t = t * 0.5 + (x % {i}.5) / (t + {i}.25)\\n" for i in range(2, 60))
TEXT = f"def opaque(x, n):\\n    t = 0.0\\n    for i in range(n):\\n{STEPS}    return t * 0 + k"
def make(k):
    scope = {"k": k, "__name__": "collide"}
    exec(TEXT, scope)
    opaque = numba.njit(scope["opaque"])
    def f(x):
        return opaque(x, 3)
    return gradient(f, "return opaque(x, 3) + opaque(x + 1, 2)", "opaque")
"""


@pytest.mark.slow
def test_symbols_do_not_collide(process):
    """Callees with one name, too long to inline, from two processes, linked in a third."""
    for k in "12":
        script = f"import collide; print(collide.make({k}.0)(3.0))"
        assert process(script, collide=COLLIDE) == [str(float(k) * 2)]
    script = """
import collide, numba
from tests.backend import fakes
f, g = collide.make(1.0), collide.make(2.0)
print(f(3.0), g(3.0))
h = numba.njit(lambda x: 100 * f(x) + g(x))
print(h(3.0), len(fakes.calls))
"""
    assert process(script) == ["2.0", "4.0", "204.0", "0"]


@pytest.mark.slow
def test_processes_that_write_at_once(process, tmp_path, cache_directory):
    import concurrent.futures

    for name, text in (("model", MODEL), ("other", OTHER)):
        (tmp_path / f"{name}.py").write_text(text)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        outputs = list(pool.map(lambda _: process(RUN)[0], range(3)))
    assert outputs == ["12.0"] * 3
    assert len(files(cache_directory, ".bin")) == 1 and not files(cache_directory, ".tmp")


def test_compiler_options_are_part_of_the_key():
    total = "t = 0.0\n    for v in x:\n        t += v\n    return t"

    def f(x):
        return np.sum(x)

    x = np.ones(10)
    for given in ({}, {"fastmath": True}, {"nogil": True}, {"boundscheck": True}):
        df = gradient(f, total, compiler=CompilerOptions.of(f, **given))
        assert df(x) == 10.0 and not df.stats.cache_hits
        again = gradient(f, total, compiler=CompilerOptions.of(f, **given))
        assert again(x) == 10.0 and again.stats.cache_hits
    assert len(fakes.calls) == 4
