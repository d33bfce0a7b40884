"""CONTACT: how to reach a person (help page: "you may contact our customer service representatives at one of …")."""

from __future__ import annotations

from bot.core.commands import Command, CommandSpec, Follows, Handler
from bot.core.replies import Reply
from bot.core.values import Language
from bot.core.visit import Visit

SPEC = CommandSpec(
    name="contact",
    words={
        Language.EN: ("CONTACT", "CONTACT US", "PHONE", "TELEPHONE", "PHONE NUMBER", "CALL"),
        Language.FR: ("JOINDRE", "CONTACT", "NOUS JOINDRE", "TÉLÉPHONE", "NUMÉRO DE TÉLÉPHONE"),
    },
    follows=Follows.NOTHING,
    undecided=frozenset({"CONTACT", "TELEPHONE", "TÉLÉPHONE"}),
    whole_line=frozenset({"CONTACT", "PHONE", "TELEPHONE", "PHONE NUMBER", "CALL", "JOINDRE", "TÉLÉPHONE", "NUMÉRO DE TÉLÉPHONE"}),
)


async def answer(visit: Visit, command: Command) -> Reply:
    """The telephone numbers; the letter reads them from the desk's settings."""
    return Reply("contact/numbers")


HANDLER = Handler(SPEC, answer)
