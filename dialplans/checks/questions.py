"""Questions: a way out, something to answer, options that can be said and keys that are free; languages they tell."""

from collections.abc import Iterable, Iterator

from dialplans.complaint import Complaint
from dialplans.flow import Flow, Step
from dialplans.verbs.ask import AskStep
from dialplans.verbs.menu import MenuStep
from dialplans.verbs.question import QuestionStep


def languages(flow: Flow, others: Iterable[Flow] = ()) -> Iterator[Complaint]:
    """Complain where `language: detect` can't tell any: of `flow`, whose callers may come to `others` too."""
    if flow.detect and not any(_tells(step, one) for one in (flow, *others) for step in one.steps.values()):
        yield Complaint(
            flow.detect,
            "`language: detect` tells no language here: no question is answered in words (digits, addresses, ratings, "
            "yes and no tell none); write a `menu` of the languages, a route with `language` for each number, or "
            "delete it.",
        )
    for step in flow.steps.values():
        if isinstance(step, AskStep) and step.detect and step.speech and not _tells(step, flow):
            yield Complaint(
                step.place,
                f"Question '{step.name}' asks for digits, addresses, yes or no only, so its answer tells no language; "
                "delete `language:`, or ask for something in words before.",
            )


def _tells(step: Step, flow: Flow) -> bool:
    return isinstance(step, QuestionStep) and step.speech and step.tells(flow)


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
