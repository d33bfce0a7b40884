"""Renders a handler's answers: a letter in plain text and HTML, a chat message, a terminal's text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import escape

from bot.core.immutable import immutable
from bot.core.mail_body import Text, TravelHtml, html_body, joined, text_body
from bot.core.opaque import opaque
from bot.core.output_forms import actions, read_output_form
from bot.core.page import read_page
from bot.core.replies import Reply
from bot.core.subjects import bare_subject, reply_subject
from bot.core.template_store import LAYOUT, load
from bot.core.values import Language, Medium
from bot.core.visit import DeskFacts

SUBJECT_LIMIT = 180  # characters
_FRAME = ("opening", "only", "closing")
_SECTIONS = "sections"
_REMEMBERED = 500  # sections of public facts; some 10 KB each
_BLANK = text_body("\n")
_LINK = "\0"  # stands for the start of every link in the frame, which is written before the letter's address is known
_MAILTO_SUBJECT_LIMIT = 100  # characters: some programs cut an address beyond 2,000 octets, and é takes six of them


@immutable
class RenderedMail:
    """A letter, ready to travel. `template` names its sections ("trace/found, help/overview"); `content_language` is "en", "fr" or
    "fr, en"."""

    subject: str
    body: Text
    page: TravelHtml
    template: str
    content_language: str

    @property
    def text(self) -> str:
        """The plain text as it is read."""
        return self.body.plain

    @property
    def html(self) -> str:
        """The HTML as it travels."""
        return self.page.decode("ascii")


@immutable
class RenderedChat:
    """A chat message: Telegram's HTML, each line of it complete in itself, and (label, command) of its buttons.

    `languages` are the buttons that lead to another language.
    """

    html: str
    buttons: tuple[tuple[str, str], ...]
    languages: tuple[tuple[str, str], ...] = ()


class _Section(NamedTuple):
    """What one reply becomes in one language; `_LINK` stands for the start of the HTML's links."""

    subject: str
    text: Text
    html: TravelHtml


class _Notice(NamedTuple):
    """Where the half of a language is, in its own words: also as a line of text, and at the top of the page and of a half."""

    words: str
    text: Text
    strip: TravelHtml
    half: TravelHtml


@immutable
class _Half:
    """One language of a letter."""

    language: Language
    sections: tuple[_Section, ...]
    frame: tuple[str, ...]  # the parts of the frame that stand around the sections, "sections" among them
    notice: _Notice | None  # where the other half is


@immutable
class _ChatSection:
    """One reply in a chat: its HTML, and its actions as label and command."""

    html: str
    buttons: tuple[tuple[str, str], ...]


class Renderer:
    """Every template, compiled. One Renderer serves the whole desk; it remembers how public facts were written, and nothing else.

    `folder` holds the templates; `desk` is what the letters say of the company. Raises TemplateMistakesError, which lists
    everything that is wrong with the templates, and ValueError for a mistake in the look (`_layout/*.toml`, `mail.html`).
    """

    def __init__(self, folder: Path, desk: DeskFacts) -> None:
        self._compiled = load(folder, {"desk": desk})
        self._company = opaque(desk.company)
        layout = folder / LAYOUT
        self._page = read_page(layout, self._company)
        self._text = {language: read_output_form(layout / "text.toml", language, markup=False) for language in Language}
        self._html = {language: read_output_form(layout / "html.toml", language, markup=True) for language in Language}
        self._telegram = {language: read_output_form(layout / "telegram.toml", language, markup=True) for language in Language}
        # The frame reads no facts but the desk's: it is written once, and only the address of its actions differs.
        frame = {(name, twin): self._compiled[f"{LAYOUT}/{name}", twin].render({})[1] for name in _FRAME for twin in Language}
        self._frame_text = {key: text_body(self._text[key[1]].write(script)) for key, script in frame.items()}
        self._frame_html = {key: self._framed(key[0], self._html[key[1]].write(script, _LINK)) for key, script in frame.items()}
        self._heading = text_body(f"{self._company}\n")
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._write)
        self._remembered_chat = lru_cache(maxsize=_REMEMBERED)(self._write_chat)
        self._chat_opening = {
            twin: _ChatSection(self._telegram[twin].write(frame["opening", twin]), tuple(actions(frame["opening", twin])))
            for twin in Language
        }
        self._only = {twin: frame["only", twin] for twin in Language}
        self._notices = {(twin, below): self._notice(twin, below=below) for twin in Language for below in (True, False)}

    def mail(
        self,
        replies: Sequence[Reply],
        languages: Sequence[Language],
        *,
        reply_address: str,
        first_contact: bool,
        subject: str | None,
        secrets: Collection[str] = (),
    ) -> RenderedMail:
        """One letter with a section for each of one or more replies.

        `languages` has one language, or two while the customer's is unknown: a half for each, in that order. A reply's own
        language overrides them. `subject` is the subject that this letter answers: it becomes `Re: …`, unless it holds one of
        `secrets`; None where the letter answers none. `reply_address` is where the one-tap actions write to.
        Raises jinja2.UndefinedError when a reply lacks a fact that its template reads, KeyError for an unknown template.
        """
        spoken = _spoken(replies, languages)
        written = [self._sections(reply, spoken) for reply in replies]
        halves = [
            self._half(language, spoken, tuple([each[place] for each in written]), first_contact)
            for place, language in enumerate(spoken)
        ]
        own = " / ".join(dict.fromkeys(half.sections[0].subject for half in halves))
        answered = "" if subject is None else reply_subject(opaque(subject), secrets)
        letter_subject = _cut(answered or own, SUBJECT_LIMIT)
        return RenderedMail(
            subject=letter_subject,
            body=self._plain_letter(halves),
            page=self._html_letter(halves, letter_subject, _mailto(reply_address, letter_subject)),
            template=", ".join(reply.template for reply in replies),
            content_language=", ".join(spoken),
        )

    def chat(
        self, replies: Sequence[Reply], languages: Sequence[Language], *, first_contact: bool, offered: Sequence[Language] = ()
    ) -> RenderedChat:
        """One chat message with a section for each reply, in one language or in two halves; its actions are buttons.

        `offered` are the languages that buttons offer besides. Raises as `mail` does.
        """
        spoken = _spoken(replies, languages)
        halves = [self._chat_half(replies, language, spoken, first_contact) for language in spoken]
        pieces = []
        for sections, notice in halves:
            written = "".join([section.html for section in sections]).strip("\n")
            pieces.append(f"<i>{escape(notice)}</i>\n\n{written}" if notice else written)
        buttons = dict.fromkeys(button for sections, _ in halves for section in sections for button in section.buttons)
        known = {command for _, command in buttons}
        others = [button for language in offered for button in actions(self._only[language]) if button[1] not in known]
        return RenderedChat("\n\n".join(pieces), tuple(buttons), tuple(others))

    def _chat_half(
        self, replies: Sequence[Reply], language: Language, spoken: Sequence[Language], first_contact: bool
    ) -> tuple[list[_ChatSection], str]:
        """The sections of one language, and where the other is in the other's words."""
        bilingual = len(spoken) > 1
        sections = [self._chat_section(reply, language, short=bilingual) for reply in replies]
        notice = self._notices[language.other, language is spoken[0]].words if bilingual else ""
        return [*([self._chat_opening[language]] if first_contact else []), *sections], notice

    def _chat_section(self, reply: Reply, language: Language, *, short: bool) -> _ChatSection:
        facts = tuple(reply.facts.items())
        return (self._remembered_chat if reply.public else self._write_chat)(reply.template, language, facts, short)

    def _write_chat(self, template: str, language: Language, facts: tuple[tuple[str, Any], ...], short: bool) -> _ChatSection:
        _, script = self._script(template, language, dict(facts), Medium.CHAT, short=short)
        return _ChatSection(self._telegram[language].write(script), tuple(actions(script)))

    def words(self, name: str, language: Language) -> Mapping[str, str]:
        """A closed list of `templates/_words`. KeyError when there is none of that name."""
        compiled = next(each for (_, twin), each in self._compiled.items() if twin is language)
        found: Mapping[str, str] = compiled.shared[name]
        return found

    def plain(self, replies: Sequence[Reply], language: Language, *, first_contact: bool) -> str:
        """The sections for a terminal, without the frame of a letter. Raises as `mail` does."""
        (spoken,) = _spoken(replies, (language,))
        opening = self._frame_text["opening", spoken].plain if first_contact else ""
        scripts = [self._script(reply.template, spoken, reply.facts, Medium.TERMINAL)[1] for reply in replies]
        return (opening + "".join(map(self._text[spoken].write, scripts))).strip("\n") + "\n"

    def _half(self, language: Language, spoken: Sequence[Language], sections: tuple[_Section, ...], first_contact: bool) -> _Half:
        bilingual = len(spoken) > 1
        return _Half(
            language=language,
            sections=sections,
            frame=(*(["opening"] if first_contact else []), _SECTIONS, *(["only"] if bilingual else []), "closing"),
            notice=self._notices[language.other, language is spoken[0]] if bilingual else None,
        )

    def _sections(self, reply: Reply, languages: tuple[Language, ...]) -> tuple[_Section, ...]:
        """What a reply becomes in each of the languages; short where there are two."""
        # The same shipment is asked about by its shipper, its consignee, and both again an hour later.
        return (self._remembered if reply.public else self._write)(reply.template, languages, tuple(reply.facts.items()))

    def _write(self, template: str, languages: tuple[Language, ...], facts: tuple[tuple[str, Any], ...]) -> tuple[_Section, ...]:
        sections = []
        for language in languages:
            subject, script = self._script(template, language, dict(facts), Medium.LETTER, short=len(languages) > 1)
            text, html = self._text[language].write(script), self._html[language].write(script, _LINK)
            sections.append(_Section(subject, text_body(text), html_body(html)))
        return tuple(sections)

    def _script(
        self, template: str, language: Language, facts: Mapping[str, Any], medium: Medium, *, short: bool = False
    ) -> tuple[str, str]:
        """Subject and script (bot/core/output_forms.py)."""
        return self._compiled[template, language].render({"short": short, "medium": medium, **facts})

    def _notice(self, language: Language, *, below: bool) -> _Notice:
        _, script = self._compiled[f"{LAYOUT}/elsewhere", language].render({"below": below})
        words = self._text[language].write(script).strip("\n")
        strip, half = self._page.strip_notice(language, words), self._page.half_notice(language, words)
        return _Notice(words, text_body(f"{words}\n"), html_body(strip), html_body(half))

    def _plain_letter(self, halves: Sequence[_Half]) -> Text:
        """The plain text of a letter. The first line of each half of a bilingual one says where the other is."""
        first, *others = halves
        pieces = [first.notice.text, _BLANK] if first.notice is not None else []
        pieces += [self._heading, *self._texts(first)]
        for half in others:
            assert half.notice is not None  # noqa: S101 - one of two
            pieces += [_BLANK, _BLANK, half.notice.text, *self._texts(half)]
        return joined(pieces)

    def _texts(self, half: _Half) -> list[Text]:
        pieces: list[Text] = []
        for name in half.frame:
            if name is _SECTIONS:
                pieces += [section.text for section in half.sections]
            else:
                pieces.append(self._frame_text[name, half.language])
        return pieces

    def _html_letter(self, halves: Sequence[_Half], subject: str, mailto: str) -> TravelHtml:
        page, first = self._page, halves[0]
        pieces = [page.starts[first.language], html_body(str(escape(subject))), page.after_title]
        if first.notice is not None:
            pieces.append(first.notice.strip)
        pieces.append(page.after_notice)
        for half in halves:
            start, end = page.halves[half.language]
            if half is first:
                pieces.append(start)
            else:
                assert half.notice is not None  # noqa: S101 - one of two
                pieces += (page.between_halves, start, half.notice.half)
            pieces += self._html_of(half)
            pieces.append(end)
        pieces.append(page.end)
        return TravelHtml(b"".join(pieces).replace(_LINK.encode(), mailto.encode()))

    def _html_of(self, half: _Half) -> list[TravelHtml]:
        pieces: list[TravelHtml] = []
        for name in half.frame:
            if name is not _SECTIONS:
                pieces.append(self._frame_html[name, half.language])
                continue
            for place, section in enumerate(half.sections):
                pieces += (self._page.between_sections, section.html) if place else (section.html,)
        return pieces

    def _framed(self, name: str, written: str) -> TravelHtml:
        return html_body(self._page.foot(written) if name == "closing" else written)


def _spoken(replies: Sequence[Reply], languages: Sequence[Language]) -> tuple[Language, ...]:
    """The languages of a letter: the last one that a reply asks for, else those given."""
    asked = [reply.language for reply in replies if reply.language is not None]
    return (asked[-1],) if asked else tuple(languages)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _mailto(address: str, subject: str) -> str:
    """What stands before the command in a one-tap action's address.

    The command goes into the body: passwords typed after it stay out of subjects, and the desk reads an answer's body. The subject
    is the letter's own with `Re:`, so that it counts as answered and never as a command, and no program warns of an empty one.
    `+` in the address becomes %2B (RFC 6068, section 5): some programs read it as a space.
    """
    title = "Re: " + _cut(bare_subject(subject), _MAILTO_SUBJECT_LIMIT)
    return f"mailto:{quote(address, safe='@')}?subject={quote(title, safe='')}&amp;body="
