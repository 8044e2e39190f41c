"""What sqlfluff takes for dbt's `adapter`: the linter renders models without dbt, so nothing is dispatched.

It only has to yield an expression that parses in place of each macro of `macros/engine.sql`.
"""

from collections.abc import Callable


def dispatch(macro_name: str) -> Callable[..., str]:
    """A stand-in for the macro of that name, rendered as a function of its text arguments."""
    return lambda *arguments: f"{macro_name}({', '.join(arguments)})"
