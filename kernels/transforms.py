"""Definitions of the transforms of ``np.fft`` and ``scipy.fft`` by the kernels of `fourier`."""

from __future__ import annotations

import numpy as np

from ..core.types import number_class
from ..registry import definition
from .fourier import (
    cosine,
    cosine_ortho,
    fourier,
    fourier_back,
    full_fourier,
    full_fourier_back,
    half_fourier,
    half_fourier_back,
    sine,
    sine_ortho,
)

_FLIPPED = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def _scaled(y, norm, n, unscaled):
    """A transform of length `n`, divided as `norm` says; `unscaled` is the norm that leaves it alone."""
    if norm == "ortho":
        y *= 1 / np.sqrt(n)
    elif norm != unscaled:
        y *= 1 / n
    return y


def _refuse_nothing(n):
    if n < 1:
        raise ValueError("a transform has at least one element")


# Along one axis: functions of (a, n, axis) for a norm ---------------------------------------------


def _complex(transform, unscaled):
    def of_norm(norm):
        def along(a, n, axis):
            length = a.shape[axis] if n is None else n
            _refuse_nothing(length)
            return _scaled(transform(a, length, axis), norm, length, unscaled)

        return along

    return of_norm


def _half_back(norm):
    def along(a, n, axis):
        length = 2 * (a.shape[axis] - 1) if n is None else n
        _refuse_nothing(length)
        return _scaled(half_fourier_back(a, length, axis), norm, length, "forward")

    return along


def _hermitian(norm):
    """``hfft(a) = irfft(conj(a))``, scaled the other way."""
    back = _half_back(_FLIPPED[norm])

    def along(a, n, axis):
        return back(np.conj(a), n, axis)

    return along


def _hermitian_back(norm):
    half = _ONE_AXIS["rfft"](_FLIPPED[norm])

    def along(a, n, axis):
        return np.conj(half(a, n, axis))

    return along


_ONE_AXIS = {
    "fft": _complex(fourier, "backward"), "ifft": _complex(fourier_back, "forward"),
    "rfft": _complex(half_fourier, "backward"), "irfft": _half_back,
    "hfft": _hermitian, "ihfft": _hermitian_back,
}


def _define_one_axis(name, of_norm):
    @definition(f"np.fft.{name}")
    def of_numpy(a, n=None, axis=-1, norm=None):
        along = of_norm(norm or "backward")

        def transform(a, n, axis):
            return along(a, n, axis % a.ndim)

        return transform

    @definition(f"scipy.fft.{name}")
    def of_scipy(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None):
        along = of_norm(norm or "backward")

        def transform(x, n, axis):
            return along(x, n, axis % x.ndim)

        return transform


for _name, _of_norm in _ONE_AXIS.items():
    _define_one_axis(_name, _of_norm)


# Along several axes: functions of (a, s) for axes and a norm --------------------------------------


def _all_axes(name, axes, norm):
    """One transform after the other, the last axis first, or the kernel for all axes."""
    one = _ONE_AXIS[name.rstrip("n2")](norm)
    full = {"fft": full_fourier, "ifft": full_fourier_back}[name.rstrip("n2")]
    unscaled = {"fft": "backward", "ifft": "forward"}[name.rstrip("n2")]

    def together(a, s):
        return _scaled(full(a), norm, a.size, unscaled)

    def in_turn(a, s):
        for k, axis in axes:
            a = one(a, None if s is None else s[k], axis)
        return a

    return together if axes is None else in_turn


def _real_axes(name, axes, norm):
    """Real numbers on one side: along the last axis, half a transform."""
    half = _ONE_AXIS[name.rstrip("n2")](norm)
    other = _ONE_AXIS["fft" if name.startswith("r") else "ifft"](norm)
    (last, last_axis), rest = axes[0], axes[1:]

    def forward(a, s):
        y = half(a, None if s is None else s[last], last_axis)
        for k, axis in rest:
            y = other(y, None if s is None else s[k], axis)
        return y

    def back(a, s):
        for k, axis in rest:
            a = other(a, None if s is None else s[k], axis)
        return half(a, None if s is None else s[last], last_axis)

    return forward if name.startswith("r") else back


def _places(ndim, s, axes):
    """Pairs of a place in `s` and an axis, the last first; None for all axes in their own lengths."""
    if axes is None:
        count = ndim if s is None else len(s)
        axes = range(ndim - count, ndim)
    return tuple((k, axis % ndim) for k, axis in reversed(list(enumerate(axes))))


def _several(name, ndim, s, axes, norm):
    if axes is not None and not isinstance(axes, tuple):
        return None
    norm = norm or "backward"
    if name.startswith(("r", "ir")):
        return _real_axes(name, _places(ndim, s, axes), norm)
    whole = s is None and (axes is None or sorted(a % ndim for a in axes) == list(range(ndim)))
    return _all_axes(name, None if whole else _places(ndim, s, axes), norm)


def _define_several(name, default):
    @definition(f"np.fft.{name}")
    def of_numpy(a, s=None, axes=default, norm=None):
        inner = _several(name, a.ndim, s, axes, norm)

        def transform(a, s):
            return inner(a, s)

        return None if inner is None else transform

    @definition(f"scipy.fft.{name}")
    def of_scipy(x, s=None, axes=default, norm=None, overwrite_x=False, workers=None):
        inner = _several(name, x.ndim, s, axes, norm)

        def transform(x, s):
            return inner(x, s)

        return None if inner is None else transform


for _name in ("fft", "ifft", "rfft", "irfft"):
    _define_several(f"{_name}n", None)
    _define_several(f"{_name}2", (-2, -1))


# Cosines and sines --------------------------------------------------------------------------------


def _trigonometric(transform, orthogonal, kind, inverse, norm, extra):
    """A function of (a, axis); ``2 (n + extra)`` is what the inverse divides by."""
    if kind not in (1, 2, 3, 4):
        return None
    code = 5 - kind if inverse and kind in (2, 3) else kind
    more = extra if kind == 1 else 0
    divided = (norm == "forward") != inverse

    def plain(a, axis):
        y = transform(a, code, axis)
        if divided:
            y *= 1 / (2 * (a.shape[axis] + more))
        return y

    def ortho(a, axis):
        return orthogonal(a, code, axis)

    return ortho if norm == "ortho" else plain


_TRIGONOMETRIC = {"dct": (cosine, cosine_ortho, False, -1), "idct": (cosine, cosine_ortho, True, -1),
                  "dst": (sine, sine_ortho, False, 1), "idst": (sine, sine_ortho, True, 1)}


def _define_trigonometric(name, transform, orthogonal, inverse, extra):
    def of(kind, norm):
        return _trigonometric(transform, orthogonal, kind, inverse, norm or "backward", extra)

    @definition(f"scipy.fft.{name}")
    def one(x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
        along = of(type, norm)

        def transform(x, axis):
            return along(x, axis % x.ndim)

        return transform if along is not None and n is None and orthogonalize is None else None

    @definition(f"scipy.fft.{name}n")
    def several(x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None,
                orthogonalize=None):
        along = of(type, norm)
        if along is None or s is not None or orthogonalize is not None:
            return None
        order = tuple(axis for _, axis in _places(x.ndim, None, axes))

        def transform(x):
            for axis in order:
                x = along(x, axis)
            return x

        return transform


for _name, (_transform, _orthogonal, _inverse, _extra) in _TRIGONOMETRIC.items():
    _define_trigonometric(_name, _transform, _orthogonal, _inverse, _extra)


# Shifts -------------------------------------------------------------------------------------------


def _define_shift(name, back):
    def shifted(x, axes, dtype):
        def turned(x, axis):
            n = x.shape[axis]
            k = n // 2 if back else n - n // 2
            y = np.empty(x.shape, dtype)
            rows = y if axis == 0 else np.swapaxes(y, 0, axis)
            old = x if axis == 0 else np.swapaxes(x, 0, axis)
            rows[: n - k] = old[k:]
            rows[n - k:] = old[:k]
            return y

        def shift(x):
            for axis in axes:
                x = turned(x, axis)
            return x

        return shift

    @definition(f"np.fft.{name}", f"scipy.fft.{name}")
    def template(x, axes=None, y=None):
        chosen = range(x.ndim) if axes is None else (axes,) if isinstance(axes, int) else axes
        if not isinstance(chosen, tuple | range):
            return None
        return shifted(x, tuple(axis % x.ndim for axis in chosen), number_class(y))


_define_shift("fftshift", False)
_define_shift("ifftshift", True)
