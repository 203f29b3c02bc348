"""What is refused of a review names the rule as the page does."""

from types import SimpleNamespace
from typing import Any

import pytest

from console.pages.call_review import Reviewing
from models.errors import Refused


@pytest.mark.parametrize(("language", "title"), [("en", "Says hello"), ("zh", "问候来电者")])
def test_a_refusal_names_the_rule_as_it_is_called(language: str, title: str) -> None:
    called = {"en": "Says hello", "zh": "问候来电者"}
    rule = SimpleNamespace(name="greeting", title=called.__getitem__)
    shown: Any = SimpleNamespace(card=SimpleNamespace(rules=(rule,)))
    visit: Any = SimpleNamespace(language=language)

    async def again() -> None:
        return

    def work() -> None:
        raise Refused("Rule 'greeting' was kept.", "reviews.no_comment", rule="greeting")

    with pytest.raises(Refused) as told:
        Reviewing(visit, "c", shown, again)._calling_it(work)
    assert told.value.values == {"rule": title}
    assert told.value.key == "reviews.no_comment"
