"""Cases of what turns arrays around, and shows them in another shape or in parts."""

from ._cases import Case, cases

_WINDOWS = "np.lib.stride_tricks.sliding_window_view"

CASES = cases({
    "np.reshape": [
        Case("X.reshape((4, 3)) * M", strided=False), Case("X.reshape(2, 6)", strided=False),
        Case("np.reshape(X, (2, -1))", strided=False), Case("np.reshape(X, 12)", strided=False),
    ],
    "np.ravel": ["X.ravel()", "np.ravel(X.T)", "X.T.ravel() * np.arange(12.0)", "M.T.ravel()[1:] * 2.0"],
    ".item()": ["x[:1].item() * s", "X[1:2, 2:3].item()"],
    "np.real": ["np.real(z) * 2.0"],
    "np.imag": ["np.imag(Z)"],
    ".flatten()": ["T.flatten() * 2.0", "X.T.flatten()[2:]"],
    ".flat": ["y = X * 2.0; f = y.flat; f[1] = s; f[2] * y", "X.T.flat[5]", "x.flat[1]"],
    "np.transpose": ["np.transpose(X) * M", "T.transpose((1, 0, 2))", "np.transpose(T, axes=(2, 0, 1))",
                     "X.transpose(1, 0)"],
    "np.swapaxes": ["np.swapaxes(T, 0, -1)"],
    "np.moveaxis": ["np.moveaxis(T, 0, 2)"],
    "np.expand_dims": ["np.expand_dims(x, 0) * np.expand_dims(v, -1)"],
    "np.atleast_1d": ["np.atleast_1d(x) * 2.0"],
    "np.atleast_2d": ["np.atleast_2d(x)", "a, b = np.atleast_2d(x, v[:1]); a * b"],
    "np.atleast_3d": ["np.atleast_3d(X)", "np.atleast_3d(x, X)[0]"],
    "np.roll": ["np.roll(x, 2)", "np.roll(X, -2)", "np.roll(e, 1)", "np.roll(z, 7)"],
    "np.rot90": ["np.rot90(X)", "np.rot90(X, k=2)", "np.rot90(X, -1)", "np.rot90(X, n)", "np.rot90(X, 0)"],
    "np.flip": ["np.flip(x) * u", "np.flip(X)", "np.fliplr(X)", "np.flipud(X)",
                "y = x * 2.0; f = np.flip(y); f[0] = s; y"],
    "np.trim_zeros": ["np.trim_zeros(x * m)", 'np.trim_zeros(x * m, "f")',
                      'np.trim_zeros(x * m, "b")', "np.trim_zeros(x * 0.0)"],
    "np.broadcast_to": [
        "np.broadcast_to(x, (2, 6))", "np.broadcast_to(X, (2, 3, 4)) * T",
        "np.broadcast_to(X[:, :1], (3, n))", "np.broadcast_to(s, 3)", "np.broadcast_to(x[:1], 6)",
        "np.sum(np.broadcast_to(v, X.shape) * X)",
        "np.broadcast_to(v, np.broadcast_shapes(v.shape, X.shape))",
    ],
    "np.broadcast_arrays": ["a, b = np.broadcast_arrays(x, s); a * b",
                            "np.broadcast_arrays(v, X[:, :1], s)[0]"],
    "np.asarray": ["np.asarray(x) * 2.0", "np.asarray((s, t))", "np.asarray(i) * s",
                   "np.asarray(x * 2.0, np.complex128)"],
    "np.asarray_chkfinite": ["np.asarray_chkfinite(x) * 2.0"],
    "np.array": ["np.array([s, t, 1.0])", "np.array(((s, t), (x[0], 2.0)))"],
    "np.full": ["np.full(3, s)", "np.full(fill_value=s, shape=(2, 3))", "np.full_like(X, fill_value=s)"],
    "np.asfortranarray": ["np.asfortranarray(X) * Y", "np.asfortranarray(x[::2])"],
    "np.ascontiguousarray": ["np.ascontiguousarray(X.T) * M"],
    _WINDOWS: [
        f"{_WINDOWS}(x, 3)", f"{_WINDOWS}(X, 2, axis=1)", f"{_WINDOWS}(X, (2, 2))",
        f"{_WINDOWS}(X, (2, 3), (0, 1))[0]",
    ],
    "np.split": [
        "np.split(x, 2)[1]", "a, b, c = np.split(x, (2, 4)); np.sum(a * b) * c",
        "np.split(X, 2, axis=1)[0]", "np.split(x, [2, 5])[2]", "np.split(T, 3, axis=1)[2]",
        "y = x * 2.0; a, b = np.split(y, 2); a[0] = s; b[:] *= 3.0; y",
    ],
    "np.array_split": ["np.array_split(x, 4)[0] * np.array_split(x, 4)[3]",
                       "np.array_split(X, (n,), axis=1)[1]"],
    "np.hsplit": ["np.hsplit(X, 2)[1]", "np.hsplit(x, (2, 4))[0]"],
    "np.vsplit": ["np.vsplit(A, 2)[0]"],
    "np.dsplit": ["np.dsplit(T, 2)[1]"],
})
