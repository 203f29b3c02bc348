"""Steps of a flow from YAML: which verb each has, and what its author wrote for it."""

from dialplans.complaint import did_you_mean, listing
from dialplans.kinds import Languages
from dialplans.nodes import Node
from dialplans.options import keys_of, options_of, read_into
from dialplans.step import Step
from dialplans.verbs.registry import VERBS

KNOWN = frozenset(("step", *VERBS, *(key for cls in VERBS.values() for key in keys_of(cls))))


def read_steps(root: Node, languages: Languages) -> dict[str, Step]:
    """Return the steps under `steps:` in their order."""
    node = root.get("steps")
    if node is None:
        root.complain("The flow has no steps; write `steps:` with a list of them.")
        return {}
    found: dict[str, Step] = {}
    for entry in node.entries():
        step = _step(entry, languages)
        if step is None:
            continue
        if step.name in found:
            entry.complain(f"There are two steps '{step.name}'; give one of them another name.")
        found[step.name] = step
    if not found and not node.value:
        node.complain("The flow has no steps; write at least one.")
    return found


def _step(node: Node, languages: Languages) -> Step | None:
    named = node.get("step")
    if named is None:
        node.complain("A step has no name; write `step: NAME` first.")
        return None
    name = named.text()
    verb = _verb(node, name)
    if not verb:
        return None
    cls = VERBS[verb]
    node.what = f"step '{name}' ({verb})"
    node.only(dict.fromkeys(("step", verb, *keys_of(cls))))
    given = {"verb": verb} if len(cls.verbs) > 1 else {}
    step = read_into(cls, node, languages, main=verb, name=name, place=node.place, **given)
    step.check(node)
    return step


def _verb(node: Node, name: str) -> str:
    """Return the step's verb; complain and return "" where it has none or two."""
    verbs = [key for key in node.names() if key in VERBS]
    # What is a verb alone may be an option beside another one: `goto`, or the `say` of a `record`.
    doing = [verb for verb in verbs if not any(verb in options_of(VERBS[other]) for other in verbs if other != verb)]
    unknown = [key for key in node.names() if key not in KNOWN]
    if not doing or (doing == ["goto"] and unknown):
        instead = did_you_mean(unknown[0], VERBS) if unknown else f"write {listing(VERBS)}"
        what = f"verb '{unknown[0]}' is unknown" if unknown else "it has no verb"
        node.complain(f"Step '{name}': {what}; {instead}.", node.place_of(unknown[0]) if unknown else None)
        return ""
    if len(doing) > 1:
        node.complain(
            f"Step '{name}' has two verbs, {' and '.join(doing)}; write a step for each.", node.place_of(doing[1])
        )
        return ""
    return doing[0]
