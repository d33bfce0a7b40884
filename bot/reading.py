"""One reader for the records of every channel."""

from __future__ import annotations

from bot.channels.telegram_reader import read_update
from bot.core.inbound import Inbound, OwnAddress, Reader, read_inbound
from bot.core.mail import Identity
from bot.core.values import Channel, RawRecord


def reader_of(own: OwnAddress) -> Reader:
    """Reads any record. Raises UnreadableUpdateError for a chat update that no version of the library at hand knows."""

    def read(record: RawRecord) -> tuple[Inbound, Identity]:
        return read_update(record) if record.channel is Channel.TELEGRAM else read_inbound(record, own)

    return read
