"""Every statement of storage/queries is understood by both engines, and each parameter has one type on PostgreSQL."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from storage import database as port
from storage.database import statements
from storage.postgresql import _translate, open_postgresql
from storage.sqlite import open_sqlite
from tests.support.postgresql import Server

QUERIES = Path(port.__file__).parent / "queries"
MODULES = sorted(path.stem for path in QUERIES.glob("*.sql"))


def every_statement() -> Iterator[tuple[str, str]]:
    for module in MODULES:
        for name, statement in statements(module).items():
            yield f"{module}.{name}", statement


def test_every_name_is_used_once() -> None:
    for module in MODULES:
        names = re.findall(r"^-- name: (\w+)", (QUERIES / f"{module}.sql").read_text(encoding="utf-8"), re.MULTILINE)
        assert len(names) == len(set(names)), module


async def test_sqlite_prepares_every_statement(tmp_path: Path) -> None:
    await (await open_sqlite(tmp_path / "a.db")).close()
    connection = sqlite3.connect(tmp_path / "a.db")
    for name, statement in every_statement():
        names = set(re.findall(r":([a-z_]\w*)", statement))
        try:
            connection.execute(statement if statement.startswith("ANALYZE") else f"EXPLAIN {statement}", dict.fromkeys(names))
        except sqlite3.Error as error:
            pytest.fail(f"{name}: {error}")
    connection.close()


@pytest.mark.postgres
async def test_postgresql_prepares_every_statement(server: Server) -> None:
    url = await server.new_database()
    await (await open_postgresql(url)).close()
    connection = await asyncpg.connect(url)
    try:
        for name, statement in every_statement():
            await _prepare(connection, name, statement)
    finally:
        await connection.close()


async def _prepare(connection: asyncpg.Connection, name: str, statement: str) -> None:
    translated = _translate(statement)
    try:
        prepared = await connection.prepare(translated.sql)
    except asyncpg.PostgresError as error:
        pytest.fail(f"{name}: {error}")
    types = {one.name for one in prepared.get_parameters()}
    assert types <= {"int8", "int4", "text", "bytea"}, f"{name}: {types}"  # int4: a flag that is compared with a literal 0
    assert len(prepared.get_parameters()) == len(translated.names), name


@pytest.mark.parametrize(
    ("statement", "sql", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT ':a', :a -- :b, don't\n, :c", "SELECT ':a', $1 -- :b, don't\n, $2", ("a", "c")),
        ("SELECT 'it''s :a', :a::bigint", "SELECT 'it''s :a', $1::bigint", ("a",)),
    ],
)
def test_named_parameters_become_numbered(statement: str, sql: str, names: tuple[str, ...]) -> None:
    translated = _translate(statement)
    assert (translated.sql, translated.names) == (sql, names)
