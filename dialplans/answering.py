"""What becomes of an answer: taken, confirmed first, corrected, led to an article, or asked again. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from asr_tts.spoken_values import said
from dialplans import humans
from dialplans.answers import Answer, Reader
from dialplans.beside import beside
from dialplans.corrections import correction_of
from dialplans.doubt import DOUBT, doubtful, meant_instead, said_along
from dialplans.exchange import Keyed, NoInput, NotUnderstood, Said, Understood
from dialplans.opt_out import opt_out
from dialplans.pieces import pieces_of
from dialplans.place import Target, Texts
from dialplans.sentences import alternatives
from dialplans.slots import Value
from dialplans.talk import Talk
from dialplans.verbs.question import OWN, QuestionStep
from knowledge.wording import script_of

SURE_OF_LANGUAGE = 0.4
"""Confidence of the recogniser from which words that answer nothing change the language; an answer always does."""
LIKENED, CLEARLY = 0.75, 0.1
"""A wish less sure than that gives way to an article that is so much surer."""
AND = {"en": ", ", "zh": "，"}
"""Between several values that were changed at once."""


class Answering:
    """One answer, or its lack, to the open question."""

    def __init__(self, talk: Talk, question: QuestionStep) -> None:
        self._talk, self._state, self._question = talk, talk.state, question
        self._phase = talk.state.phase

    def is_whole(self, text: str, language: str, choice: int) -> bool:
        """Tell whether `text` (not yet sure to be the end) answers the question fully and surely."""
        spoken = self._spoken(text, language)
        if spoken != self._state.language:
            choice = -1
        return self._talk.reader(spoken).is_whole(self._question, text, choice)

    def stands_alone(self, text: str, language: str, choice: int) -> bool:
        """Tell whether `text` means something without the question: what holds anywhere, or an answer in full words."""
        spoken = self._spoken(text, language)
        reader = self._talk.reader(spoken, said=text)
        answer = reader.spoken(self._question, text, choice if spoken == self._state.language else -1)
        return bool(answer.command) or (answer.fits and self._question.kind != "yes_no")

    def receive(self, event: Said | Keyed | NotUnderstood | NoInput) -> None:
        """Take what came."""
        match event:
            case Said():
                self._hear(event)
            case Keyed():
                self._state.transcript = (*self._state.transcript, ("caller", event.digits))
                self._take(self._reader().keyed(self._question, event.digits), event.digits, by_voice=False)
            case NotUnderstood():
                self._missed(event.reason)
            case NoInput():
                self._silent()

    # -- words -------------------------------------------------------------------------------------------------

    def _hear(self, event: Said) -> None:
        self._state.transcript = (*self._state.transcript, ("caller", event.text))
        self._state.last = {"text": event.text, "confidence": event.confidence, "intent": ""}
        told = self._told(event.text, event.language)
        spoken, choice = told or self._state.language, event.choice
        if spoken != self._state.language:
            answer = self._reader(spoken).spoken(self._question, event.text)
            if answer.fits or answer.command or event.confidence >= SURE_OF_LANGUAGE:
                self._change_language(spoken, event.confidence)
                choice = -1
        if humans.angry(self._talk, event.text, event.anger):
            self._understood(Answer("none"))
            return
        reader = self._talk.reader(said=event.text, others=event.others)
        answer, text = reader.spoken(self._question, event.text, choice), event.text
        if self._state.piece and not (answer.fits or answer.command):
            text = f"{self._state.piece} {text}"
            answer = self._reader().spoken(self._question, text)
        self._state.told = self._state.told or bool(told and (answer.fits or answer.command))
        self._take(answer, text if answer.fits else event.text, by_voice=True, heard=event.confidence)

    def _spoken(self, text: str, language: str) -> str:
        """Return the language that an answer is to be read in; `language` is what the recogniser took it for, or ""."""
        return self._told(text, language) or self._state.language

    def _told(self, text: str, language: str) -> str:
        """Return the language that the words show, "" where they show none or aren't to."""
        written = script_of(text) if self._talk.identifies(self._question) else ""
        return written if written in self._talk.flow.languages and language in ("", written) else ""

    def _change_language(self, language: str, confidence: float) -> None:
        self._talk.change_language(language, confidence=confidence)
        self._state.silences = self._state.misses = 0
        self._state.again = ()

    def _reader(self, language: str = "") -> Reader:
        return self._talk.reader(language)

    # -- answers -----------------------------------------------------------------------------------------------

    def _take(self, answer: Answer, text: str, by_voice: bool, heard: float = 0.0) -> None:
        if answer.command:
            self._understood(answer)
            self._command(answer.command, "said" if by_voice else "keyed", text)
            return
        if by_voice and (changed := correction_of(self._talk, self._question, answer, text)):
            self._understood(replace(changed, intent="correction"))
            self._change(changed)
            return
        along = beside(self._talk, self._question, answer, text) if by_voice else None
        answer = along.answer if along else answer
        if along and along.sure and along.changed:
            self._understood(along.correction)
            if not answer.values:
                self._change(along.correction)
                return
            self._correct(along.changed)
        if (
            self._phase == DOUBT
            and by_voice
            and (instead := meant_instead(self._talk_step(), self._reader(), answer, text, self._state.doubt))
        ):
            self._dropped()
            answer = instead
        elif self._phase == DOUBT and answer.fits:
            self._decide(answer, text if by_voice else "")
            return
        if by_voice and self._is_likened(answer) and self._digressed(text, answer.confidence + CLEARLY):
            return
        asked = by_voice and self._phase == OWN
        doubt = doubtful(self._question, self._reader(), answer, heard) if asked else ()
        likely = (along.doubted,) if along and not along.sure else ()
        self._understood(answer)
        self._keep(answer)
        if doubt or (likely and answer.fits):
            self._doubt(likely or doubt)
        elif answer.fits:
            self._accept(answer)
        elif not (by_voice and self._goes_on(text)) and not self._digressed(text):
            if likely:
                self._doubt(likely)
            else:
                self._missed("none of these")

    def _is_likened(self, answer: Answer) -> bool:
        """Tell whether `answer` is a wish that the sentence is only likened to, and holds nothing else."""
        wish = answer.intent in self._talk.flow.intents and not answer.values
        return self._phase == OWN and wish and answer.fits and answer.confidence < LIKENED

    def _talk_step(self) -> QuestionStep:
        step = self._talk.step
        assert isinstance(step, QuestionStep), "only a step's own question may be in doubt"
        return step

    def _understood(self, answer: Answer) -> None:
        self._state.last["intent"] = answer.intent
        other = (answer.runner_up, answer.runner_up_confidence)
        self._talk.do(Understood(answer.intent or "none", answer.confidence, answer.slots, *other))

    def _keep(self, answer: Answer) -> None:
        if answer.values:
            self._talk.take(answer.values, self._question.name)

    def _accept(self, answer: Answer) -> None:
        step, phase = self._talk.step, self._phase
        if step is None:
            return
        self._state.trouble.pop(step.name, None)
        self._state.silences = self._state.misses = 0
        self._state.phase = self._state.piece = ""
        if answer.intent == humans.OPERATOR:
            self._talk.reason = humans.ASKED
        step.answered(self._talk, phase, answer)
        rating = answer.values.get("rating")
        if rating and not isinstance(rating.value, str) and type(step).__name__ != "SurveyStep":
            humans.rated(self._talk, int(rating.value))

    # -- doubt -------------------------------------------------------------------------------------------------

    def _doubt(self, doubt: tuple[Answer, ...]) -> None:
        self._state.doubt = doubt
        self._talk.ask(self._talk_step(), DOUBT)

    def _dropped(self) -> tuple[Answer, ...]:
        """Forget what was in doubt, and return it; the step's own question is open again."""
        doubt, self._state.doubt = self._state.doubt, ()
        self._phase = self._state.phase = OWN
        self._question = self._talk_step()
        return doubt

    def _decide(self, answer: Answer, text: str) -> None:
        """The caller said whether, or which of two, was meant; `text` may say more."""
        doubt = self._dropped()
        if answer.intent == "no" or int(answer.intent) > len(doubt):
            self._talk.do(Understood("no", answer.confidence))
            for name, value in (named for one in doubt for named in one.values.items()):
                # What a change was to replace stays.
                if self._talk.value(name) == value.value:
                    self._talk.forget(name)
            self._again("say_again", "not what was meant")
            return
        meant = doubt[int(answer.intent) - 1]
        along = said_along(self._reader(), self._question, meant, text)
        if len(doubt) > 1:
            # These choose between the two.
            along = {name: value for name, value in along.items() if value.value not in (1, 2)}
        meant = replace(meant, values={**meant.values, **along, **meant.values})
        self._understood(meant)
        self._keep(meant)
        if other := {name: value for name, value in along.items() if value.value != meant.values[name].value}:
            self._correct(other)
        self._accept(replace(meant, values={**meant.values, **other}))

    def _again(self, sentence: str, reason: str) -> None:
        """Ask the step's own question once more, after an attempt that failed."""
        self._state.misses += 1
        if self._noticed(reason):
            return
        self._talk.sentence(sentence, self._question.barge_in)
        self._talk.ask_again(self._question)

    # -- corrections -------------------------------------------------------------------------------------------

    def _correct(self, values: Mapping[str, Value]) -> None:
        """Take other values for what was taken before, and say so."""
        spoken = []
        taken = dict(self._state.frame.taken)
        for name in dict.fromkeys((*(name for name in taken if name in values), *values)):
            value, before = values[name], self._talk.value(name)
            self._talk.take({name: value}, taken[name].step if name in taken else self._question.name)
            self._talk.note("corrected", slot=name, before=before, after=value.value)
            spoken.append(value.spoken)
        self._talk.sentence("changed", self._question.barge_in, value=AND.get(self._state.language, ", ").join(spoken))

    def _change(self, answer: Answer) -> None:
        self._correct(answer.values)
        self._state.silences = self._state.misses = 0
        if self._phase == DOUBT:
            meant = self._state.doubt[0]
            if set(answer.values) & set(meant.values):
                self._dropped()
                # What was doubted was said anew: it is taken.
                self._accept(replace(meant, confidence=answer.confidence, values={**meant.values, **answer.values}))
                return
        self._talk.ask_again(self._question)

    # -- commands ----------------------------------------------------------------------------------------------

    def _command(self, command: str, how: str, words: str) -> None:
        match command:
            case "opt_out":
                opt_out(self._talk, how, words)
            case "repeat":
                self._repeat()
            case "back":
                self._back()
            case "help":
                self._talk.note("help", step=self._question.name)
                self._help()
                self._talk.listen(self._question)
            case "operator" | "goodbye" if self._state.aside:
                self._talk.sentence("keeps_place", False)
                self._talk.leave_aside()
            case "operator":
                if not humans.asked(self._talk):
                    self._talk.sentence("no_human", self._question.barge_in)
                    self._talk.ask_again(self._question)
            case _:
                self._goodbye()

    def _repeat(self) -> None:
        self._talk.note("repeat", step=self._question.name)
        self._state.piece = ""
        for say in self._state.again:
            self._talk.do(say)
        if self._state.again:
            self._talk.listen(self._question)
        else:
            self._talk.ask_again(self._question)

    def _back(self) -> None:
        self._talk.note("back", step=self._question.name)
        if self._phase == OWN and self._question.back(self._talk):
            return
        before = self._talk.question_before()
        if before is None:
            self._talk.sentence("nothing_before", self._question.barge_in)
            self._talk.ask_again(self._question)
            return
        depth, step = before
        self._talk.sentence("back", self._question.barge_in)
        self._talk.to(depth, Target(step))

    def _goodbye(self) -> None:
        if found := self._talk.command("goodbye"):
            self._talk.to(*found)
            return
        self._talk.sentence("goodbye", False)
        self._talk.hang_up()

    # -- what was no answer --------------------------------------------------------------------------------------

    def _digressed(self, text: str, least: float = 0.0) -> bool:
        """Answer from the knowledge base what is no answer (or so surely), and ask the question again."""
        tags = self._question.knowledge
        found = self._talk.know(text, tags) if tags is not None else None
        if found is None or (least and found.confidence < least):
            return False
        if least:
            self._understood(Answer())
        self._talk.note("digression", step=self._question.name, article=found.article_id)
        self._talk.say_as_it_is(found.short)
        self._talk.ask_again(self._question)
        return True

    def _goes_on(self, text: str) -> bool:
        """Keep the first digits of a number, say them and listen for the rest; False where it is no such piece."""
        so_far = pieces_of(self._question, self._reader(), self._state.piece, text) if self._phase == OWN else ""
        if not so_far:
            return False
        self._state.piece = so_far
        self._talk.note("piece", step=self._question.name, digits=len(so_far))
        self._talk.sentence(
            "and_the_rest", self._question.barge_in, digits=said(so_far, "digits", self._state.language)
        )
        self._talk.listen(self._question)
        return True

    def _missed(self, reason: str) -> None:
        self._state.misses, self._state.piece = self._state.misses + 1, ""
        if not self._noticed(reason):
            self._once_more(self._question.no_match, self._state.misses, "sorry")

    def _noticed(self, reason: str) -> bool:
        """Note a misunderstanding; tell whether it was one too many, so that the caller goes elsewhere."""
        name = self._question.name
        self._state.trouble[name] = times = self._state.trouble.get(name, 0) + 1
        self._talk.note("no_match", step=name, count=self._state.misses, reason=reason)
        if humans.missed(self._talk, times):
            self._state.trouble.pop(name, None)
            return True
        return self._given_up()

    def _silent(self) -> None:
        self._state.silences, self._state.piece = self._state.silences + 1, ""
        self._talk.note("no_input", step=self._question.name, count=self._state.silences)
        if not self._given_up():
            self._once_more(self._question.no_input, self._state.silences, "still_there")

    def _given_up(self) -> bool:
        step = self._talk.step
        if step is None or self._state.silences + self._state.misses < self._question.max_attempts:
            return False
        self._state.silences = self._state.misses = 0
        if self._phase == DOUBT:
            self._state.doubt = ()
        self._state.phase = ""
        self._talk.note("gave_up", step=step.name)
        step.gave_up(self._talk, OWN if self._phase == DOUBT else self._phase)
        return True

    def _once_more(self, written: tuple[Texts, ...], count: int, usual: str) -> None:
        """Help more with each attempt: the author's words, else the question again, else what one can say."""
        question, talk = self._question, self._talk
        if written:
            talk.say(written[min(count, len(written)) - 1], question.barge_in)
        else:
            talk.sentence(usual, question.barge_in)
            if count == 1:
                talk.say_question(question)
            else:
                self._help()
        talk.listen(question)

    def _help(self) -> None:
        question, talk = self._question, self._talk
        if question.help:
            talk.say(question.help, question.barge_in)
        elif answers := list(question.examples(self._reader())):
            talk.sentence("you_can_say", question.barge_in, answers=alternatives(answers, self._state.language))
        elif question.no_match:
            talk.say(question.no_match[-1], question.barge_in)
        else:
            talk.sentence("yes_or_no" if question.kind == "yes_no" else "say_or_press", question.barge_in)
            talk.say_question(question)
