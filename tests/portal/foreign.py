"""Addresses with arguments of this app, for ``tests/test_tenancy.py``."""

from collections.abc import Callable
from typing import Any

# name → (traits of the member who looks, the arguments that name another department's row)
FOREIGN: dict[str, tuple[dict[str, Any], Callable[[], dict[str, Any]]]] = {}

# name → why it is open: its argument is a secret that itself is the right to look, or is no department's row.
OPEN: dict[str, str] = {"portal:guide": "The guides are the same for everybody."}
