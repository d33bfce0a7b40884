"""The yardstick: python-telegram-bot's own Application, as its documentation shows it, that answers a trace from SQLite.

It keeps nothing, checks nothing and writes one language: `python bench/plain_telegram_bot.py API_URL TOKEN DATABASE`.
"""

from __future__ import annotations

import html
import re
import sqlite3
import sys

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

_PRO = re.compile(r"\b(\d{9})\b")
_SQL = """
SELECT shipment.pro, shipment.status, shipment.origin_city, shipment.destination_city, shipment.estimated_on,
    event.status AS latest, event.city, event.occurred_at
FROM shipment LEFT JOIN shipment_event AS event ON event.shipment_id = shipment.id
WHERE shipment.pro = ? ORDER BY event.occurred_at DESC, event.sequence DESC
"""


def main(api_url: str, token: str, database: str) -> None:
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row

    async def trace(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        match = _PRO.search(message.text or "") if message is not None else None
        if message is None or match is None:
            return
        events = connection.execute(_SQL, (match[1],)).fetchall()
        if not events:
            await message.reply_text("Not found")
            return
        first = events[0]
        lines = [f"<b>PRO {html.escape(first['pro'])}</b>", f"<b>{html.escape(first['status'])}</b>"]
        lines += [
            f"{html.escape(first['origin_city'])} → {html.escape(first['destination_city'])}",
            f"Estimated: {first['estimated_on']}",
        ]
        lines += [
            f"• {event['occurred_at']} {html.escape(event['latest'] or '')} {html.escape(event['city'] or '')}" for event in events
        ]
        again = InlineKeyboardButton("Refresh", callback_data=f"trace {first['pro']}")
        await message.reply_text("\n".join(lines), parse_mode="HTML", reply_markup=InlineKeyboardMarkup([[again]]))

    application = Application.builder().token(token).base_url(f"{api_url}/bot").base_file_url(f"{api_url}/file/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, trace))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:4])
