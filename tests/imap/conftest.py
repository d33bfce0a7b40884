"""`dovecot`: a mailbox of a test's own, on a server that its file shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

from tests.support.dovecot import Dovecot, running_dovecot

_NAMES = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot() as running:
        yield running


@pytest.fixture
def dovecot(server: Dovecot) -> Dovecot:
    return replace(server, name=f"service{next(_NAMES)}@carrier.example")
