"""Fourier, cosine and sine transforms, which the package rocket-fft teaches Numba.

All transforms of ``np.fft`` and ``scipy.fft`` come down to six kernels without scale, each of which is
a real-linear map; its pullback is the transposed map, made of the same kernels. A complex cotangent
pairs by the real inner product, so the transpose of the forward transform is the backward one:
``x_bar = F^H y_bar``, cut or filled with zeros along the axis to the length of ``x``, of real ``x`` the
real part.
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, accumulate, array_pullback, kernel, nondifferentiable

nondifferentiable("np.fft.fftfreq", "np.fft.rfftfreq", "scipy.fft.fftfreq", "scipy.fft.rfftfreq",
                  "scipy.fft.next_fast_len")


# Kernels ------------------------------------------------------------------------------------------


@kernel
def fourier(a, n, axis):
    """``sum_j a[j] exp(-2 pi i j k / n)`` along an axis, for ``k < n``."""
    return np.fft.fft(a, n, axis)


@kernel
def fourier_back(a, n, axis):
    """``sum_k a[k] exp(2 pi i j k / n)`` along an axis, for ``j < n``."""
    return np.fft.ifft(a, n, axis, "forward")


@kernel
def half_fourier(a, n, axis):
    """The first ``n // 2 + 1`` elements of the transform of real numbers."""
    return np.fft.rfft(a, n, axis)


@kernel
def half_fourier_back(a, n, axis):
    """The real numbers that have, but for the factor `n`, this half of a transform."""
    return np.fft.irfft(a, n, axis, "forward")


@kernel
def full_fourier(a):
    """The transform along all axes."""
    return np.fft.fftn(a)


@kernel
def full_fourier_back(a):
    return np.fft.ifftn(a, None, None, "forward")


@kernel
def cosine(a, kind, axis):
    """The discrete cosine transform of a kind from 1 to 4, as SciPy scales it by default."""
    return scipy.fft.dct(a, kind, None, axis)


@kernel
def sine(a, kind, axis):
    """The discrete sine transform of a kind from 1 to 4, as SciPy scales it by default."""
    return scipy.fft.dst(a, kind, None, axis)


@kernel
def cosine_ortho(a, kind, axis):
    """The cosine transform as an orthogonal matrix."""
    return scipy.fft.dct(a, kind, None, axis, "ortho")


@kernel
def sine_ortho(a, kind, axis):
    """The sine transform as an orthogonal matrix."""
    return scipy.fft.dst(a, kind, None, axis, "ortho")


# Pullbacks ----------------------------------------------------------------------------------------


@compiled_kernel(**JIT)
def add_rows(x_bar, term, axis):
    """``x_bar += term``, as far as both go along an axis; the real part, if only `term` is complex."""
    n = min(x_bar.shape[axis], term.shape[axis])
    accumulate(np.swapaxes(x_bar, 0, axis)[:n], np.swapaxes(term, 0, axis)[:n], "")


@compiled_kernel(**JIT)
def weigh(a, axis, n, ends, inside):
    """Multiply a half transform: its real elements by `ends`, those between by `inside`."""
    rows = np.swapaxes(a, 0, axis)
    for j in range(rows.shape[0]):
        rows[j] *= ends if j == 0 or 2 * j == n else inside


@array_pullback(fourier, wrt="a")
def fourier_a(b, c, y_bar, a_bar):
    add_rows(a_bar, fourier_back(y_bar, b, c), c)


@array_pullback(fourier_back, wrt="a")
def fourier_back_a(b, c, y_bar, a_bar):
    add_rows(a_bar, fourier(y_bar, b, c), c)


@array_pullback(half_fourier, wrt="a")
def half_fourier_a(b, c, y_bar, a_bar):
    """``x_bar[k] = real(sum_j y_bar[j] exp(2 pi i j k / n))``, over half of the j."""
    half = y_bar.copy()
    weigh(half, c, b, 1.0, 0.5)
    add_rows(a_bar, half_fourier_back(half, b, c), c)


@array_pullback(half_fourier_back, wrt="a")
def half_fourier_back_a(b, c, y_bar, a_bar):
    """Elements between the real ones count twice."""
    half = half_fourier(y_bar, b, c)
    weigh(half, c, b, 1.0, 2.0)
    add_rows(a_bar, half, c)


@array_pullback(full_fourier, wrt="a")
def full_fourier_a(y_bar, a_bar):
    accumulate(a_bar, full_fourier_back(y_bar), "")


@array_pullback(full_fourier_back, wrt="a")
def full_fourier_back_a(y_bar, a_bar):
    accumulate(a_bar, full_fourier(y_bar), "")


@array_pullback(cosine, wrt="a")
def cosine_a(b, c, y_bar, a_bar):
    """The matrices of kinds 2 and 3 are each other's transpose, but for the factor of one column."""
    kind = 5 - b if b in (2, 3) else b
    term = np.swapaxes(cosine(y_bar, kind, c), 0, c)
    rows = np.swapaxes(y_bar, 0, c)
    last = rows.shape[0] - 1
    if b == 2:
        for n in range(last + 1):
            term[n] += rows[0]
    elif b == 3:
        term[0] *= 0.5
    elif b == 1:
        for n in range(last + 1):
            term[n] += rows[0]
            term[n] += rows[last] if n % 2 == 0 else -rows[last]
        term[0] *= 0.5
        term[last] *= 0.5
    accumulate(np.swapaxes(a_bar, 0, c), term, "")


@array_pullback(sine, wrt="a")
def sine_a(b, c, y_bar, a_bar):
    """The matrices of kinds 2 and 3 are each other's transpose, but for the factor of one column."""
    kind = 5 - b if b in (2, 3) else b
    term = np.swapaxes(sine(y_bar, kind, c), 0, c)
    rows = np.swapaxes(y_bar, 0, c)
    last = rows.shape[0] - 1
    if b == 2:
        for n in range(last + 1):
            term[n] += rows[last] if n % 2 == 0 else -rows[last]
    elif b == 3:
        term[last] *= 0.5
    accumulate(np.swapaxes(a_bar, 0, c), term, "")


@array_pullback(cosine_ortho, wrt="a")
def cosine_ortho_a(b, c, y_bar, a_bar):
    accumulate(a_bar, cosine_ortho(y_bar, 5 - b if b in (2, 3) else b, c), "")


@array_pullback(sine_ortho, wrt="a")
def sine_ortho_a(b, c, y_bar, a_bar):
    accumulate(a_bar, sine_ortho(y_bar, 5 - b if b in (2, 3) else b, c), "")
