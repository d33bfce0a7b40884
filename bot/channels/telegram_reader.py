"""An update of the Bot API, read into what the counter works with, or into the reason why nothing is to be said.

The types are python-telegram-bot's; what they make of an update they do not know is an UnreadableUpdateError, never a lost update.
Ordinary talk in a group is silence: the desk answers there only to a command, to its name, or to a reply to its own words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, MaybeInaccessibleMessage, Message, User
from telegram.constants import ChatMemberStatus, ChatType, MessageAttachmentType

from bot.channels.telegram_plain import clean, hinted, plain_message
from bot.core.chat import Chat, ChatEvent, ChatKind, Origin, UnreadableUpdateError, chat_key, update_identity
from bot.core.chat_buttons import read_button
from bot.core.chat_words import Said, said
from bot.core.inbound import Inbound
from bot.core.mail import Identity
from bot.core.values import RawRecord, Sender

NOBODY = 0  # a group's administrator who stays anonymous: Telegram names a bot of its own
_NOWHERE = "telegram:?"  # the conversation of what was said in none
_GONE = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.BANNED})
_MEDIA = tuple(kind.value for kind in MessageAttachmentType)


def read_update(record: RawRecord, *, fast: bool = True) -> tuple[Inbound, Identity]:
    """Reads a record whose content is one update's JSON, whose peer is the bot's number and whose recipient is its user name.

    Not `fast`: without the fast tier (`telegram_plain`), for tests that hold the two against each other. Raises
    UnreadableUpdateError.
    """
    number = None
    try:
        plain = json.loads(record.content)
        number = int(plain["update_id"])
        bot = record.recipients[0] if record.recipients else ""
        inbound = (plain_message(plain, bot) if fast else None) or _inbound(plain, bot, record.peer)
    except Exception as error:  # whatever the library's constructors raise for what they do not know
        identity = update_identity(record.peer, number, record.content)
        raise UnreadableUpdateError(type(error).__name__, identity) from error
    return inbound, update_identity(record.peer, number, record.content)


def _inbound(plain: Mapping[str, Any], bot: str, bot_id: str) -> Inbound:
    # Only what may ask something of the desk is read: kinds of updates that nobody knows yet harm nobody.
    for key in ("message", "edited_message"):
        if key in plain:
            return _message(Message.de_json(plain[key], None), edited=key != "message", bot=bot, bot_id=bot_id)
    if "callback_query" in plain:
        return _tap(CallbackQuery.de_json(plain["callback_query"], None), bot)
    if "my_chat_member" in plain:
        return _event(ChatMemberUpdated.de_json(plain["my_chat_member"], None), bot)
    return Inbound(Sender(_NOWHERE), silence="chat_other_update")


def _message(message: Message, *, edited: bool, bot: str, bot_id: str) -> Inbound:
    chat, user = message.chat, message.from_user
    anonymous = message.sender_chat is not None and message.sender_chat.id == chat.id
    if chat.type == ChatType.CHANNEL or user is None or (user.is_bot and not anonymous) or message.is_automatic_forward:
        return Inbound(Sender(chat_key(chat.id)), silence="chat_no_person")
    answered = message.reply_to_message
    ours = answered is not None and answered.from_user is not None and str(answered.from_user.id) == bot_id
    words = said(clean(message.text or message.caption or ""), bot)
    origin = Origin.FORWARDED if message.forward_origin is not None or message.via_bot is not None else Origin.OWN
    about = Chat(
        id=chat.id,
        kind=_kind(chat.type),
        user_id=NOBODY if anonymous else user.id,
        message_id=message.message_id,
        edited=edited,
        origin=Origin.LINK if words.linked and origin is Origin.OWN else origin,
        answers_us=ours,
        answered_id=answered.message_id if answered is not None and ours else 0,
        to_anyone=words.commands and not words.named and not ours,
        media="" if message.text else next((kind for kind in _MEDIA if getattr(message, kind, None)), ""),
        thread_id=(message.message_thread_id or 0) if message.is_topic_message else 0,
        bot=bot,
    )
    inbound = Inbound(
        _sender(about, user),
        text=words.text,
        quoted=_quoted(message, answered),
        hint=hinted(user.language_code),
        chat=about,
    )
    return replace(inbound, silence=_silence(message, about, words))


def _silence(message: Message, about: Chat, words: Said) -> str:
    """Why a message asks nothing of the desk, "" where it may."""
    if words.others and not words.commands:
        return "chat_other_bot"
    if about.in_group and not (words.commands or words.named or about.answers_us):
        return "chat_group_talk"
    if message.text or message.caption:
        return ""
    if about.media:
        return "chat_media" if about.in_group or about.edited else ""
    return "chat_service"


def _quoted(message: Message, answered: Message | None) -> str:
    if message.quote is not None:
        return clean(message.quote.text)
    return clean(answered.text or answered.caption or "") if answered is not None else ""


def _tap(query: CallbackQuery, bot: str) -> Inbound:
    """A tap on a button: the command that it says, said by that user in that chat."""
    user, tapped = query.from_user, query.message
    mark, command = read_button(clean(query.data or ""))
    if tapped is None:  # of an inline message, which the desk never writes
        about = Chat(user.id, ChatKind.PRIVATE, user.id, callback_id=query.id, bot=bot)
        return Inbound(_sender(about, user), hint=hinted(user.language_code), chat=about, silence="chat_inline")
    about = Chat(
        id=tapped.chat.id,
        kind=_kind(tapped.chat.type),
        user_id=user.id,
        callback_id=query.id,
        tapped_message_id=tapped.message_id,
        tapped_at=_written_at(tapped),
        answers_us=True,
        mark=mark,
        thread_id=(tapped.message_thread_id or 0) if isinstance(tapped, Message) and tapped.is_topic_message else 0,
        bot=bot,
    )
    quoted = clean(tapped.text or "") if isinstance(tapped, Message) else ""
    return Inbound(_sender(about, user), text=command, quoted=quoted, hint=hinted(user.language_code), chat=about)


def _written_at(tapped: MaybeInaccessibleMessage) -> int:
    # One that is no longer accessible has the date 0.
    moment: datetime = tapped.date
    if isinstance(tapped, Message) and tapped.edit_date is not None:
        moment = tapped.edit_date
    return max(0, int(moment.timestamp()))


def _event(change: ChatMemberUpdated, bot: str) -> Inbound:
    kind = _kind(change.chat.type)
    gone = _is_gone(change.new_chat_member)
    if kind is ChatKind.PRIVATE:
        event = ChatEvent.BLOCKED if gone else ChatEvent.UNBLOCKED
    else:
        event = ChatEvent.LEFT if gone else ChatEvent.JOINED
    about = Chat(change.chat.id, kind, change.from_user.id, event=event, bot=bot)
    return Inbound(_sender(about, change.from_user), hint=hinted(change.from_user.language_code), chat=about, silence="chat_event")


def _is_gone(member: ChatMember) -> bool:
    return member.status in _GONE


def _kind(chat_type: str) -> ChatKind:
    return ChatKind.PRIVATE if chat_type == ChatType.PRIVATE else ChatKind.GROUP


def _sender(about: Chat, user: User) -> Sender:
    # Linked chats and sessions are of private chats: in a group nobody is known, whoever reads along.
    return Sender(chat_key(about.id), display_name=clean(user.full_name), chat_id=0 if about.in_group else about.id)
