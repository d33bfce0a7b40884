"""What a handler answers with: a template's name and facts, never text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from bot.core.immutable import immutable
from bot.core.values import Language


@immutable
class Post:
    """A letter to somebody else than the writer: an administrator, a member, the address on record.

    `to` is an address, or the key of the administrators' chat. `token` goes into the letter's Reply-To and its one-tap actions.
    `answers` is the Message-ID of a letter of ours, whose thread it goes on; `ends` tells that nothing is left to decide there.
    `request` is the number of the request that it is about, noted as that administrator's letter.
    """

    to: str
    reply: Reply
    language: Language | None = None
    token: str = ""
    answers: str = ""
    request: int | None = None
    ends: bool = False


@immutable
class Reply:
    """One section of the letter that answers.

    `template` is `<message>/<variant>`; `facts` are the values that both its twins read. `language` overrides the language of
    the whole letter (after LANGUAGE FR the answer is French). `understood` is false for answers to what no command matched: those
    are capped a day. `choices` are the shipments' ids of a numbered list that this answer shows, so that "2" picks the second.
    """

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    language: Language | None = None
    understood: bool = True
    choices: tuple[int, ...] = ()
    public: bool = False  # hashable facts for anybody's eyes, asked for again and again: how they are written may be remembered
    secret: bool = False  # holds a credential: TLS required, wiped once sent
    token: str = ""  # goes into this answer's Reply-To and actions: a session, a form, a confirmation
    posts: tuple[Post, ...] = ()
    hides: tuple[str, ...] = ()  # what of the answered subject must not be repeated (a password)
    quiet: bool = False  # its posts say it all: the writer gets no answer besides
    mark: str = ""  # what its buttons are bound to in a chat (bot/core/chat_buttons.py)
    toast: bool = False  # in answer to a tap a word over the screen is enough
    news: Reply | None = None  # said besides where a chat message is replaced in place: not everybody sees that it changed
