"""Where the portal's data lies and how its settings are read from the environment."""

from pathlib import Path

import environ

BASE = Path(__file__).resolve().parent.parent.parent

env = environ.Env()


def home() -> Path:
    """The folder for everything the portal writes: database, uploads, queue, keys. Made when absent."""
    path = Path(env("PORTAL_HOME", default=str(BASE / "var"))).expanduser().resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)  # the database in it holds what people wrote
    return path


def secret(name: str, *, stored_in: Path) -> str:
    """A secret from ``NAME``, from the file that ``NAME_FILE`` names, else made once and kept in the home folder."""
    from secrets import token_urlsafe

    if value := env(name, default=""):
        return value
    path = Path(env(f"{name}_FILE", default=str(stored_in)))
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    try:
        with path.open("x", encoding="ascii") as file:  # two processes starting at once: the first one wins
            path.chmod(0o600)
            file.write(token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()
