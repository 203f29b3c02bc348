"""Questions: a way out, something to answer, options that can be said and keys that are free."""

from collections.abc import Iterator

from dialplans.complaint import Complaint
from dialplans.flow import Flow
from dialplans.verbs.ask import AskStep
from dialplans.verbs.menu import MenuStep
from dialplans.verbs.question import QuestionStep


def questions(flow: Flow) -> Iterator[Complaint]:
    for step in flow.steps.values():
        if not isinstance(step, QuestionStep):
            continue
        if step.otherwise is None:
            yield Complaint(
                step.place,
                f"Question '{step.name}' has no way out after {step.max_attempts} attempts; write `otherwise: STEP`.",
            )
        if isinstance(step, AskStep) and not step.intents and not step.digits and not step.slots:
            yield Complaint(step.place, f"Question '{step.name}' takes no answer; write `intents:` or `digits:`.")
        if isinstance(step, MenuStep):
            yield from _options(flow, step)


def _options(flow: Flow, step: MenuStep) -> Iterator[Complaint]:
    said: dict[tuple[str, str], str] = {}
    for option in step.options:
        for language, phrases in option.phrases.items():
            for phrase in phrases:
                if (other := said.setdefault((language, phrase.casefold()), option.key)) != option.key:
                    yield Complaint(
                        option.place,
                        f"'{phrase}' is said for option {other} already; say something else for option {option.key}.",
                    )
    for option in step.options:
        if option.key in ("0", "*") and (option.key == "*" or flow.operator()):
            what = "repeats the question" if option.key == "*" else "leads to the operator"
            yield Complaint(option.place, f"Key {option.key} {what} everywhere; write another key for '{option.name}'.")
        silent = [language for language in flow.languages if not option.phrases.get(language)]
        if step.speech and silent:
            yield Complaint(
                option.place,
                f"Option {option.key} can't be said in {', '.join(silent)}; write `say:`, or `speech: false`.",
            )
