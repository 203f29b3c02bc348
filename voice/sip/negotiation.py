"""One side of one call's offers and answers: what was last said, and what was agreed on. Pure."""

import secrets
from dataclasses import replace

from voice.line import MediaPlan
from voice.media.media_protocol import Direction
from voice.sip.sdp import BadDescription, Description, Ours, agree, answer, document, offer, read


class Negotiation:
    def __init__(self, codecs: tuple[str, ...]) -> None:
        """`codecs`: names that we allow, best first."""
        self._ours = Ours("", 0, codecs)
        self._session = secrets.randbits(31)
        self._version = 0
        self._media = ""
        self._address = ""
        self.plan: MediaPlan | None = None
        """What the last exchange agreed on."""

    def at(self, address: str, port: int) -> None:
        """Say where we receive RTP."""
        self._ours = replace(self._ours, address=address, port=port)

    def towards(self, direction: Direction) -> None:
        """Say what we want from now on: sendonly holds the other side."""
        self._ours = replace(self._ours, direction=direction)

    def check(self, text: str) -> Description:
        """Read an offer and make sure that it can be answered; raises `BadDescription`."""
        theirs = read(text)
        agree(theirs, self._ours)
        return theirs

    def answer_to(self, theirs: Description) -> str:
        """Agree, and write our answer; raises `BadDescription`, and nothing has changed then."""
        plan, at = agree(theirs, self._ours)
        self.plan = plan
        return self._written(answer(theirs, plan, at, self._ours))

    def offered(self) -> str:
        """Write our offer."""
        return self._written(offer(self._ours, self.plan))

    def answered(self, text: str) -> MediaPlan:
        """Read the answer to our offer; raises `BadDescription`, and what was agreed on before holds."""
        theirs = read(text)
        if not theirs.media:
            raise BadDescription("The answer has no medium.", 400)
        self.plan, _ = agree(theirs, self._ours)
        return self.plan

    def _written(self, media: str) -> str:
        # The version grows only with a change (RFC 3264 section 8): that tells a refresh from a new offer.
        if (media, self._ours.address) != (self._media, self._address):
            self._media, self._address = media, self._ours.address
            self._version += 1
        return document(self._ours.address, self._session, self._version, media)
