"""The golden fixture itself."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester):
    """Run a project of one golden test, called for two parameters, with the given calls."""
    pytester.makeini("[pytest]\n")
    tests = pytester.mkdir("tests")
    (tests / "conftest.py").write_text(CONFTEST, encoding="utf-8")

    def run(calls: str, *options: str):
        (tests / "test_it.py").write_text(
            "import pytest\n"
            "@pytest.mark.parametrize('name', ['sin', 'a/b'])\n"
            f"def test_one(golden, name):\n    {calls}\n"
        )
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return run


def written(pytester) -> list[str]:
    return sorted(path.name for path in pytester.path.glob("tests/golden/it/*"))


def test_missing_then_written_then_compared(project, pytester):
    project("golden('y = 1')").assert_outcomes(failed=2)
    project("golden('y = 1')", "--update-golden").assert_outcomes(passed=2)
    assert written(pytester) == ["one-a-b.py", "one-sin.py"]
    project("assert golden('y = 1').read_text() == 'y = 1\\n'").assert_outcomes(passed=2)
    result = project("golden('y = 2')")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["--- tests/golden/it/one-sin.py", "+++ now", "-y = 1", "+y = 2"])


def test_names_and_suffixes(project, pytester):
    calls = "golden('y = 1'); golden('what', suffix='.txt', name='error')"
    project(calls, "--update-golden").assert_outcomes(passed=2)
    assert written(pytester) == [
        "one-a-b-error.txt", "one-a-b.py", "one-sin-error.txt", "one-sin.py",
    ]  # fmt: skip


def test_two_texts_need_names(project):
    result = project("golden('y = 1'); golden('y = 2')", "--update-golden")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*two texts for one-sin.py: give each a name*"])
