"""What the desk speaks with Telegram through, where a bot is set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.chat_delivery import ChatDelivery
from bot.chat_intake import ChatIntake
from bot.chat_menus import ChatMenus
from bot.config import Settings
from bot.core.clock import Clock
from bot.core.pacing import Pace
from bot.core.ports import Offer
from bot.filing import FilingCabinet
from bot.metrics import Metrics
from bot.operators import Operators

if TYPE_CHECKING:  # the library takes 25 MB: a desk without a bot does without it
    from bot.channels.telegram_api import TelegramApi


@dataclass(frozen=True, slots=True)
class TelegramParts:
    """One bot: its calls, the updates' way in, the messages' way out."""

    api: TelegramApi
    intake: ChatIntake
    delivery: ChatDelivery
    menus: ChatMenus


def chat_delivery_of(
    settings: Settings, cabinet: FilingCabinet, clock: Clock, metrics: Metrics, operators: Operators, mail: Offer
) -> tuple[TelegramApi, ChatDelivery] | None:
    """The calls of the bot and the way out through them, None where no bot is set. `mail` takes letters to the operators."""
    if not settings.telegram.token:
        return None
    from bot.channels.telegram_api import TelegramApi
    from bot.channels.telegram_out import TelegramTransport

    api, limits = TelegramApi(settings.telegram.token, settings.telegram.api_url), settings.limits
    delivery = ChatDelivery(
        database=cabinet.database,
        seal=cabinet.seal,
        clock=clock,
        metrics=metrics,
        operators=operators,
        offer=mail,
        transport=TelegramTransport(api),
        pace=Pace(limits.telegram_per_second, limits.telegram_chat_per_second, limits.telegram_group_per_minute),
    )
    return api, delivery
