"""The cache remembers who has just been sent a letter, beyond one test's transaction."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _forgetful(_house):
    cache.clear()
