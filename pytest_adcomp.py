"""adcomp's plugin for pytest: `check_gradient` and its siblings as fixtures.

It lies outside of the package, because pytest loads it in every run: adcomp and Numba are imported when
a test asks for a check.
"""

from __future__ import annotations

from typing import Any

import pytest


class Check:
    """A check of `adcomp.testing` as a test calls it.

    What it finds is added to the report of the test. Where a rule says that parts of it are not
    implemented, and the rest is right, the test is an expected failure.
    """

    def __init__(self, name: str, request: pytest.FixtureRequest) -> None:
        self._name, self._request = name, request

    def __call__(self, *args: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        from adcomp import testing

        report = getattr(testing, self._name)(*args, **options)
        self._request.node.add_report_section("call", "adcomp", str(report))
        if missing := getattr(report, "expected_failures", ()):
            pytest.xfail("; ".join(missing))
        return report


@pytest.fixture
def check_gradient(request: pytest.FixtureRequest) -> Check:
    """`adcomp.testing.check_gradient`: ``check_gradient(f, x)`` is a test of a gradient."""
    return Check("check_gradient", request)


@pytest.fixture
def check_pullback(request: pytest.FixtureRequest) -> Check:
    """`adcomp.testing.check_pullback`: ``check_pullback(f, x)`` is a test of a rule."""
    return Check("check_pullback", request)


@pytest.fixture
def check_pushforward(request: pytest.FixtureRequest) -> Check:
    """`adcomp.testing.check_pushforward`."""
    return Check("check_pushforward", request)


@pytest.fixture
def check_scalar(request: pytest.FixtureRequest) -> Check:
    """`adcomp.testing.check_scalar`."""
    return Check("check_scalar", request)


def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> list[Any] | None:
    """`test_approx`, imported into a module of tests, is no test."""
    return [] if getattr(obj, "__module__", None) == "adcomp.testing.approx" else None
