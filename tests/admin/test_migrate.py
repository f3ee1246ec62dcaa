import asyncio
from pathlib import Path

from sqlalchemy import inspect

from admin.migrate import upgrade
from config.database import Database
from config.settings import Settings, load
from tests.migrated import differences


def settings_at(home: Path) -> Settings:
    return load({"TANDEM_HOME": str(home)})


async def test_the_migrated_tables_are_those_the_code_uses(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    await upgrade(settings)
    database = Database(settings.database_url)
    async with database.connection() as connection:
        assert await connection.run_sync(differences) == []
        names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await database.close()
    assert {"call", "crm_customer", "crm_order"} <= names


async def test_upgrading_again_changes_nothing(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    await upgrade(settings)
    before = (tmp_path / "tandem.db").read_bytes()
    await upgrade(settings)
    assert (tmp_path / "tandem.db").read_bytes() == before


async def test_many_may_upgrade_at_once(tmp_path: Path) -> None:
    settings = settings_at(tmp_path)
    await asyncio.gather(*(upgrade(settings) for _ in range(4)))


async def test_upgrading_is_quiet(tmp_path: Path, capfd) -> None:
    await upgrade(settings_at(tmp_path))
    assert capfd.readouterr() == ("", "")
