"""One reader for the records of every channel."""

from __future__ import annotations

from bot.core.inbound import Inbound, OwnAddress, Reader, read_inbound
from bot.core.mail import Identity
from bot.core.values import Channel, RawRecord


def reader_of(own: OwnAddress) -> Reader:
    """Reads any record. Raises UnreadableUpdateError for a chat update that no version of the library at hand knows."""

    def read(record: RawRecord) -> tuple[Inbound, Identity]:
        return _read_update(record) if record.channel is Channel.TELEGRAM else read_inbound(record, own)

    return read


def _read_update(record: RawRecord) -> tuple[Inbound, Identity]:
    from bot.channels.telegram_reader import read_update  # its library takes 25 MB: a desk without a bot does without it

    return read_update(record)
