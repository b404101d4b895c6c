"""Cases of Fourier, cosine and sine transforms."""

from ._cases import Case, cases, complex_normal, normal

#: odd and even lengths
ODD = {"z": complex_normal(5), "Z": complex_normal(3, 4), "x": normal(7)}

CASES = cases({
    "np.fft.fft": ["np.fft.fft(x)", "np.fft.fft(z)", "np.fft.fft(z, 4)", "np.fft.fft(z, n=8)",
                   "np.fft.fft(X, axis=0)", 'np.fft.fft(X, 5, 0, "ortho")', 'np.fft.fft(z, norm="forward")'],
    "np.fft.ifft": ["np.fft.ifft(z)", 'np.fft.ifft(Z, axis=0, norm="ortho")',
                    'np.fft.ifft(z, norm="forward")'],
    "np.fft.rfft": ["np.fft.rfft(x)", Case("np.fft.rfft(x)", ODD), "np.fft.rfft(x, 7)", "np.fft.rfft(x, 4)",
                    "np.fft.rfft(X, axis=0)", 'np.fft.rfft(x, norm="ortho")'],
    "np.fft.irfft": ["np.fft.irfft(z)", "np.fft.irfft(z, 9)", "np.fft.irfft(z, 5)", "np.fft.irfft(z, 12)",
                     "np.fft.irfft(Z, axis=0)", 'np.fft.irfft(z, norm="ortho")'],
    "np.fft.hfft": ["np.fft.hfft(z)", "np.fft.hfft(z, 9)"],
    "np.fft.ihfft": ["np.fft.ihfft(x)", Case("np.fft.ihfft(x)", ODD)],
    "np.fft.fft2": ["np.fft.fft2(X)", "np.fft.fft2(T)"],
    "np.fft.ifft2": ["np.fft.ifft2(Z)"],
    "np.fft.fftn": ["np.fft.fftn(X)", "np.fft.fftn(T, axes=(0,))", 'np.fft.fftn(Z, norm="ortho")'],
    "np.fft.ifftn": ["np.fft.ifftn(Z)"],
    "np.fft.rfft2": ["np.fft.rfft2(X)"],
    "np.fft.rfftn": ["np.fft.rfftn(T)"],
    "np.fft.irfft2": ["np.fft.irfft2(Z)"],
    "np.fft.irfftn": ["np.fft.irfftn(Z)"],
    "np.fft.fftshift": ["np.fft.fftshift(X)", "np.fft.fftshift(X, axes=0)", "np.fft.fftshift(z)"],
    "np.fft.ifftshift": ["np.fft.ifftshift(x)", "np.fft.ifftshift(z)"],
    "scipy.fft.fft": ["scipy.fft.fft(z)", "scipy.fft.rfft(x)", "scipy.fft.fft2(X)"],
    "scipy.fft.dct": [*(f"scipy.fft.dct(x, {k})" for k in (1, 2, 3, 4)), "scipy.fft.dct(X, type=1, axis=0)",
                      'scipy.fft.dct(X, norm="ortho")', 'scipy.fft.dct(x, 3, norm="forward")'],
    "scipy.fft.idct": [*(f"scipy.fft.idct(x, {k})" for k in (1, 2, 3, 4)), 'scipy.fft.idct(x, norm="ortho")'],
    "scipy.fft.dst": [*(f"scipy.fft.dst(x, {k})" for k in (1, 2, 3, 4)), 'scipy.fft.dst(x, 2, norm="ortho")'],
    "scipy.fft.idst": [*(f"scipy.fft.idst(x, {k})" for k in (1, 2, 3, 4))],
    "scipy.fft.dctn": ["scipy.fft.dctn(X)", "scipy.fft.idctn(X)", "scipy.fft.dstn(X)"],
})
