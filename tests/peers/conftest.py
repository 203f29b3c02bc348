"""What tests with foreign SIP programs share."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.peers.bare_stack import BareStack, bare_stack


@pytest_asyncio.fixture
async def sip_stack() -> AsyncIterator[BareStack]:
    """A bare SIP stack that answers every call with a fixed RTP address."""
    async with bare_stack() as bare:
        yield bare
