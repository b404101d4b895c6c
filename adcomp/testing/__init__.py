"""Checks of gradients and of rules, for users and for this project's own tests.

`check_gradient` compares a gradient with finite differences; `check_pullback`, `check_pushforward` and
`check_scalar` check rules, `check_matrix_type` and `check_tangent` types of values. The rest is what they are
made of.
"""

from .approx import test_approx
from .differences import Difference, finite_difference
from .failures import PULLBACK_CHECKS, CheckFailure, CheckReport
from .forms import junk_free, register_junk_free
from .given import WithTangent
from .gradients import check_gradient
from .jacobians import forward_product, jacobian, reverse_product
from .matrix_types import check_matrix_type
from .methods import CentralMethod, central_method
from .pullbacks import check_pullback
from .pushforwards import check_pushforward
from .random import rand_tangent
from .reports import ArgumentReport, GradientFailure, GradientReport
from .scalars import check_scalar
from .tangent_laws import check_tangent
from .vectors import to_vec, to_vec_tangent

__all__ = [
    "PULLBACK_CHECKS",
    "ArgumentReport",
    "CentralMethod",
    "CheckFailure",
    "CheckReport",
    "Difference",
    "GradientFailure",
    "GradientReport",
    "WithTangent",
    "central_method",
    "check_gradient",
    "check_matrix_type",
    "check_pullback",
    "check_pushforward",
    "check_scalar",
    "check_tangent",
    "finite_difference",
    "forward_product",
    "jacobian",
    "junk_free",
    "rand_tangent",
    "register_junk_free",
    "reverse_product",
    "test_approx",
    "to_vec",
    "to_vec_tangent",
]
