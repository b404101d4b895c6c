"""Cases of functions that pass over NaN."""

import numpy as np

from ._cases import Case, cases, same

HOLES = {"i": same(np.array([1, 4]))}

CASES = cases({
    f"np.{name}": [Case(f"y = x * s; y[i] = np.nan; np.{name}(y{more})", HOLES), Case(f"np.{name}(X{more})")]
    for name, more in (("nansum", ""), ("nanprod", ""), ("nanmean", ""), ("nanvar", ""), ("nanstd", ""),
                       ("nanmax", ""), ("nanmin", ""), ("nanmedian", ""), ("nanpercentile", ", 30.0"),
                       ("nanquantile", ", 0.6"))
})
