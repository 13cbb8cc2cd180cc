"""Marks examples that fail for a known reason. Once mended they pass, the test says so, and the mark goes."""

import pytest


def known_bug(reason: str) -> pytest.MarkDecorator:
    """Fails as expected; fails for real as soon as the example passes."""
    return pytest.mark.xfail(strict=True, reason=reason)
