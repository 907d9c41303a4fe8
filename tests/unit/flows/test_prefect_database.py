"""What is told of a Prefect database that cannot be used, as far as no PostgreSQL is needed."""

import sqlite3
from pathlib import Path

import pytest

from flows.prefect_database import check_prefect_database
from models.errors import UsageError
from models.schema_upgrade import upgrade_database

SECRET = "Geheim"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"postgresql+asyncpg://p:{SECRET}@127.0.0.1:1/prefect", "连不上（连接被拒绝）"),
        (f"postgresql+asyncpg://p@127.0.0.1:1/prefect?password={SECRET}", "连不上（连接被拒绝）"),
        (f"postgresql+asyncpg://p:{SECRET}@127.0.0.1:99999/prefect", "端口号不对"),
        (f"postgresql+asyncpg://p:{SECRET}@127.0.0.1:1/prefect?sslmode=require", "不认识的参数 sslmode"),
        (f"postgresql+asyncpg://p:x@{SECRET}@127.0.0.1/prefect", "地址无法辨认"),
        (f"postgresql+asyncpg://p:x:/{SECRET}@127.0.0.1:y/prefect", "地址无法辨认"),
        (f"postgresql+asyncpg://p:{SECRET}#", "地址无法辨认"),
        ("sqlite+aiosqlite:////absent/folder/prefect.db", "文件打不开"),
    ],
)
def test_told_without_the_password(url: str, reason: str) -> None:
    with pytest.raises(UsageError) as told:
        check_prefect_database(url)
    assert reason in str(told.value) and "JUESUAN_PREFECT_DATABASE" in str(told.value)
    assert SECRET not in str(told.value) and told.value.__cause__ is None


def test_the_products_own_file_is_refused(tmp_path: Path) -> None:
    upgrade_database(f"sqlite:///{tmp_path / 'juesuan.db'}")
    with pytest.raises(UsageError, match="产品数据库"):
        check_prefect_database(f"sqlite+aiosqlite:///{tmp_path / 'juesuan.db'}")


def test_a_usable_file_and_the_default_pass(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "prefect.db").close()
    check_prefect_database(f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}")
    check_prefect_database("")
