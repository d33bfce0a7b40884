"""Structured logs on stderr: JSON lines, or readable text on a terminal. No bodies, passwords, tokens or unknown numbers."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def set_up(level: str) -> None:
    """Sets up structlog and the standard library's logging, for the libraries that use it, on stderr."""
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(sort_keys=True)
    shared: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # aiosmtpd writes every line of DATA at debug, addresses at info, and command lines in its warnings.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
