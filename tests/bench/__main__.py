"""``python -m tests.bench [NAME…]``: the figures named, or all of them; ``--scale``: those of a whole region."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import scale
from tests.bench.measure import line


def benches() -> dict[str, Callable[[], None]]:
    """Name → figure, from every module beside this one."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    modules = [importlib.import_module(f"tests.bench.{name}") for name in names]
    return {bench.__name__: bench for module in modules for bench in getattr(module, "BENCHES", ())}


def main(names: list[str]) -> None:
    from django.conf import settings
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    settings.ALLOWED_HOSTS = ["*"]
    line("figure", "measured", "promised", "yardstick, same run")
    if names[:1] == ["--scale"]:
        scale.main(names[1:])
        return
    call_command("migrate", verbosity=0)
    known = benches()
    for name in names or known:
        known[name]()


main(sys.argv[1:])
