"""An override: a person's word that a state may pass although it breaks some rules.

It is given for one state, that which was synced last, and is worth nothing for any other. Checks run as ever; what they
find is recorded with the reason, and goes with the state wherever it is shown.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from assets.errors import PipelineError
from assets.lake import Lake, read_json, write_json
from assets.rules import Fence, Rule, load_rules, rule_names

SHORTEST_REASON = 10  # characters


def give_override(lake: Lake, state: str, rules: Sequence[str], because: str) -> None:
    """Let a state through although it breaks these rules; replaces what was said before.

    Args:
        lake: the data directory.
        state: the only state that it holds for.
        rules: names of rules.
        because: the reason, for whoever reads the data.

    Raises:
        PipelineError: there is no such rule, or the reason says nothing.
    """
    if unknown := sorted(set(rules) - rule_names()):
        raise PipelineError(f"{', '.join(unknown)}: no such rule; `speechmap status` names those that are broken")
    reason = " ".join(because.split())
    if len(reason) < SHORTEST_REASON:
        raise PipelineError(f"say why, in {SHORTEST_REASON} characters at least: readers of the data will see it")
    given_at = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(lake.override, {"state": state, "rules": sorted(set(rules)), "because": reason, "given_at": given_at})


def overridden_rules(lake: Lake, state: str) -> Mapping[str, str]:
    """The rules that this state may break, and why; none where no override was given for it."""
    given = read_json(lake.override)
    if given is None or given["state"] != state:
        return {}
    return dict.fromkeys(given["rules"], given["because"])


def rules_for(lake: Lake, fence: Fence, state: str) -> dict[str, Rule]:
    """The rules of a fence by name, as they are for this state."""
    return load_rules(fence, overrides=overridden_rules(lake, state))
