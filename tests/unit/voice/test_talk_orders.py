"""Orders that lead nowhere; those that do something are whole calls in tests/calls."""

from typing import Any

import pytest

from models.control_protocol import OrderTalk, SuperviseTalk
from models.errors import CannotDo
from voice.phones import Phones
from voice.talk_orders import TalkOrders


async def nobody_hears(news):
    raise AssertionError("there is nothing to tell")


@pytest.fixture
def orders():
    nothing: Any = None
    return TalkOrders(Phones(nothing, nothing, nothing, nothing))


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (OrderTalk("06abc", "hold"), "Nobody talks with an agent in call 06abc now"),
        (OrderTalk("", "hold"), "Nobody talks with an agent"),
        (OrderTalk("06abc", "dance"), "'dance' is no order for a talk; there are: blind, consult"),
        (OrderTalk("06abc", "blind"), "'blind' takes an extension, queue or number"),
        (OrderTalk("06abc", "swap", "201"), "'swap' takes no number"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_in_one_sentence(orders, order, why):
    with pytest.raises(CannotDo, match=why):
        await orders.order(order, nobody_hears)


async def test_nobody_is_supervised_where_nobody_talks(orders):
    with pytest.raises(CannotDo, match="Nobody talks with an agent in call 06abc now"):
        await orders.supervise(SuperviseTalk("06abc", "listen", "ben"), nobody_hears)
