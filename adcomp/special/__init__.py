"""Special functions that compiled code can call, and that adcomp differentiates.

They are those of ``scipy.special``. Called from Python, a function gives what SciPy's gives, for numbers
and for arrays. In ``njit`` code it takes numbers, and arrays that broadcast; integers count as float64,
and float32 gives float32 where SciPy does. Integer orders must have an integer type there.

Where adcomp has no derivative in an argument (the order of a Bessel function, the parameters of
`gammainc` and `betainc`), a program that needs it is refused with `adcomp.errors.NoRuleError`.

Examples
--------
>>> import adcomp
>>> from adcomp import special
>>> @adcomp.gradient
... def slope(x):
...     return special.erf(x) + special.jv(2.5, x)
>>> float(round(slope(0.7), 9))
0.764345623
"""

from __future__ import annotations

import sys

from ..core.ops import Effect, add_module
from ..registry import RULE_MODULES
from .bessel_functions import (
    airy,
    airy_ai,
    airy_ai_slope,
    airy_bi,
    airy_bi_slope,
    i0,
    i0e,
    i1,
    i1e,
    iv,
    ive,
    j0,
    j1,
    jn,
    jv,
    k0,
    k0e,
    k1,
    k1e,
    kn,
    kv,
    kve,
    y0,
    y1,
    yn,
    yv,
)
from .elliptic_integrals import (
    ellipe,
    ellipeinc,
    ellipk,
    ellipkinc,
    ellipkm1,
    elliprd,
    elliprf,
)
from .error_functions import (
    dawsn,
    erf,
    erfc,
    erfcinv,
    erfcx,
    erfi,
    erfinv,
    log_ndtr,
    ndtr,
    ndtri,
    owens_t,
)
from .external import FUNCTIONS
from .gamma_functions import (
    beta,
    betainc,
    betaincc,
    betaincinv,
    betaln,
    binom,
    digamma,
    gamma,
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
    gammaln,
    loggamma,
    multigammaln,
    poch,
    polygamma,
    psi,
    rgamma,
    zeta,
)
from .integrals import (
    cosh_integral,
    cosine_integral,
    exp1,
    expi,
    expn,
    fresnel,
    fresnel_cosine,
    fresnel_sine,
    shichi,
    sici,
    sine_integral,
    sinh_integral,
    spence,
)
from .reductions import (
    log_softmax,
    logsumexp,
    softmax,
)
from .statistics import (
    boxcox,
    boxcox1p,
    cosm1,
    entr,
    expit,
    exprel,
    huber,
    inv_boxcox,
    inv_boxcox1p,
    kl_div,
    log_expit,
    logit,
    pseudo_huber,
    rel_entr,
    wrightomega,
    xlog1py,
    xlogy,
)

__all__ = [
    "airy", "airy_ai", "airy_ai_slope", "airy_bi", "airy_bi_slope", "beta", "betainc", "betaincc",
    "betaincinv", "betaln", "binom", "boxcox", "boxcox1p", "cosh_integral", "cosine_integral",
    "cosm1", "dawsn", "digamma", "ellipe", "ellipeinc", "ellipk", "ellipkinc", "ellipkm1",
    "elliprd", "elliprf", "entr", "erf", "erfc", "erfcinv", "erfcx", "erfi", "erfinv", "exp1",
    "expi", "expit", "expn", "exprel", "fresnel", "fresnel_cosine", "fresnel_sine", "gamma",
    "gammainc", "gammaincc", "gammainccinv", "gammaincinv", "gammaln", "huber", "i0", "i0e", "i1",
    "i1e", "inv_boxcox", "inv_boxcox1p", "iv", "ive", "j0", "j1", "jn", "jv", "k0", "k0e", "k1",
    "k1e", "kl_div", "kn", "kv", "kve", "log_expit", "log_ndtr", "log_softmax", "loggamma", "logit",
    "logsumexp", "multigammaln", "ndtr", "ndtri", "owens_t", "poch", "polygamma", "pseudo_huber",
    "psi", "rel_entr", "rgamma", "shichi", "sici", "sine_integral", "sinh_integral", "softmax",
    "spence", "wrightomega", "xlog1py", "xlogy", "y0", "y1", "yn", "yv", "zeta",
]

add_module(
    "special", sys.modules[__name__],
    dict.fromkeys(FUNCTIONS, Effect.ELEMENTWISE)
    | dict.fromkeys(("logsumexp", "softmax", "log_softmax"), Effect.READ),
)
RULE_MODULES += [
    f"adcomp.kernels.{name}" for name in (
        "bessel_functions", "elliptic_integrals", "error_functions", "gamma_functions", "integrals",
        "statistics",
    )
]
