"""Addresses of the company's systems that no request can go to."""

from collections.abc import Iterator

from dialplans.complaint import Complaint
from dialplans.flow import Flow
from dialplans.verbs.call import CallStep

WHOLE = ("http://", "https://", "{{")
"""How an address begins; a template may hold all of it."""
ENDS = ("=", "&", "?")
"""What a bare value may follow."""
BEGINS = ("/", "?", "{{")


def addresses(flow: Flow) -> Iterator[Complaint]:
    """Systems whose address names no scheme, and paths that would run into the address."""
    for name, system in flow.systems.items():
        if system.url and not system.url.startswith(WHOLE):
            yield Complaint(
                system.place if system.place.file else flow.place,
                f"The address of system '{name}' is '{system.url}'; begin it with https:// or http://.",
            )
    for step in flow.steps.values():
        if not isinstance(step, CallStep) or not step.path:
            continue
        url = flow.systems[step.system].url if step.system in flow.systems else step.system
        if not step.path.startswith(BEGINS) and not url.endswith(ENDS):
            yield Complaint(step.place, f"Path '{step.path}' would run into the address; begin it with /.")
        if "{" in step.path.replace("{{", ""):
            yield Complaint(step.place, f"Path '{step.path}' has a lone brace; write a value as {{{{ name }}}}.")
