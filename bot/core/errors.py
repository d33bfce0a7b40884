"""What can go wrong, said so that the reader knows what to do next. The docstring is the message's meaning."""

from __future__ import annotations


class AutoproError(Exception):
    """Base of every error that the desk raises itself. Its text is one line for an operator and says what to do next."""


class StorageError(AutoproError):
    """The database refused; nothing of the transaction was kept. Temporary: the sender's server tries again."""


class StorageFull(StorageError):
    """The disk is full; nothing was kept."""


class StorageBusy(StorageError):
    """Another process held the database too long; nothing was kept."""


class StatementRefused(StorageError):
    """One statement was refused (a constraint); its savepoint or job is undone, what is around it still stands."""


class SettingsError(AutoproError):
    """The settings hold mistakes; the text lists all of them, each with its key."""


class Refused(AutoproError):
    """A command line request that cannot be carried out as asked; nothing was changed."""


class HashingBusy(AutoproError):
    """Too many passwords wait to be hashed; nothing was checked. The sender tries again in a minute."""


def where_raised(error: BaseException) -> str:
    """File and line where an exception was raised, for logs: its text may hold a stranger's words and stays out of them."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace is not None else ""
