"""The bot: whether Telegram knows it, what stands in the way of its webhook, whether it is in the administrators' chat."""

from __future__ import annotations

import asyncio

from bot.channels.telegram_api import ApiError, ForbiddenError, RefusedError, TelegramApi, TokenRefusedError
from bot.commands.checks.finding import Finding, Ground
from bot.core.chat_calls import WrittenCall, write_parameters

_SECONDS = 15.0
_SUBJECT = "telegram"


async def look(ground: Ground) -> list[Finding]:
    """Asks and changes nothing: the desk itself sets or takes away the webhook when it starts."""
    telegram = ground.settings.telegram
    api = TelegramApi(telegram.token, telegram.api_url)
    try:
        async with asyncio.timeout(_SECONDS):
            return [await _bot(api), *await _webhook(api, ground), *await _chat(api, telegram.admin_chat_id)]
    except TokenRefusedError as error:
        mend = "copy the token anew from @BotFather into the file of [telegram] token_file"
        return [Finding(_SUBJECT, well=False, found=f"Telegram does not know the token: {error}", mend=mend)]
    except (ApiError, TimeoutError) as error:
        mend = "is [telegram] api_url right, and may this machine open https connections?"
        said = str(error) or f"no answer within {_SECONDS:.0f} seconds"
        return [Finding(_SUBJECT, well=False, found=f"{telegram.api_url}: {said}", mend=mend)]
    finally:
        await api.close()


async def _bot(api: TelegramApi) -> Finding:
    myself = await api.myself()
    return Finding(_SUBJECT, well=True, found=f"the bot is @{myself.username}")


async def _webhook(api: TelegramApi, ground: Ground) -> list[Finding]:
    telegram = ground.settings.telegram
    if telegram.mode != "webhook":
        return []
    found, subject = await api.webhook(), "telegram webhook"
    if found.url != telegram.webhook_url:
        set_to = found.url or "nothing"
        return [Finding(subject, False, f"it is set to {set_to}, not to {telegram.webhook_url}", "start the desk: it sets it")]
    if found.last_error_message:
        mend = "let your web server hand webhook_url on to [http] of the desk, with a certificate that Telegram believes"
        return [Finding(subject, False, f"{found.url}: {found.last_error_message}", mend)]
    return [Finding(subject, well=True, found=f"{found.url}, {found.pending_update_count} updates wait")]


async def _chat(api: TelegramApi, chat_id: int) -> list[Finding]:
    if not chat_id:
        return []
    subject = "administrators' chat"
    try:
        chat = await api.call(WrittenCall("getChat", write_parameters({"chat_id": chat_id})))
    except (RefusedError, ForbiddenError) as error:
        mend = "add the bot to the group, and set [telegram] admin_chat_id to the group's number"
        return [Finding(subject, well=False, found=f"{chat_id}: {error}", mend=mend)]
    return [Finding(subject, well=True, found=f"the bot is in {chat.get('title', chat_id)}")]
