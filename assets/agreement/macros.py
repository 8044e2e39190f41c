"""The dbt project's macros outside dbt: SQL templates may call them as models do.

Only what macros need of dbt is stood in for: `return`, and `adapter.dispatch` to the implementation for DuckDB. What
they compute belongs in `dbt_project/macros`.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"
FILES = ("engine.sql", "agreement*.sql")
ENGINE = "duckdb"


class Adapter:
    """What macros know as `adapter`."""

    def __init__(self) -> None:
        """Start without macros; they are added once they are loaded."""
        self.macros: dict[str, Callable[..., str]] = {}

    def dispatch(self, name: str) -> Callable[..., str]:
        """The macro's implementation for DuckDB, else the one for every engine."""
        for engine in (ENGINE, "default"):
            if f"{engine}__{name}" in self.macros:
                return self.macros[f"{engine}__{name}"]
        raise LookupError(f"macro {name} has no implementation for {ENGINE}")


def render(template: str, **values: Any) -> str:
    """SQL from a template that calls the project's macros and names `values`."""
    return _environment().from_string(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - it makes SQL, not HTML
    adapter = Adapter()
    environment.globals.update({"adapter": adapter, "return": lambda value: value})
    # one module, because macros of one file call those of another
    files = sorted(path for pattern in FILES for path in MACROS.glob(pattern))
    module = environment.from_string("\n".join(path.read_text(encoding="utf-8") for path in files)).module
    adapter.macros.update({name: macro for name, macro in vars(module).items() if not name.startswith("_")})
    environment.globals.update(adapter.macros)
    return environment
