"""What a dialogue remarks besides talking: for the record, for the knowledge base, for the keypad."""

from dialplans.exchange import Note, Rated, Unanswered, Understood
from voice.back_office import BackOffice
from voice.call import Call
from voice.caller_turns import CallerTurns
from voice.listening import Listening

Remark = Understood | Note | Rated | Unanswered


class Remarks:
    """Keeps the remarks of one call's dialogue."""

    def __init__(self, call: Call, caller: CallerTurns, listening: Listening, office: BackOffice) -> None:
        self._call, self._caller, self._listening, self._office = call, caller, listening, office

    def take(self, remark: Remark, language: str) -> None:
        """Keep one; the call is in `language`."""
        match remark:
            case Understood():
                self._caller.understood(remark)
            case Rated():
                self._call.event("rated", slot=remark.name, rating=remark.rating, most=remark.most, stage=remark.stage)
            case Unanswered():
                self._call.event("unanswered", question=remark.question, why=remark.why, article=remark.article)
                self._office.unanswered(remark, language, self._call.id, self._call.seconds(self._caller.since))
            case Note():
                self._note(remark)

    def _note(self, note: Note) -> None:
        self._call.event(note.name, **note.data)
        if note.name == "language":
            self._call.language(str(note.data["language"]))
        if note.name == "no_match":
            self._listening.forget_keys()
