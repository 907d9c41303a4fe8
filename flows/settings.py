"""Settings from ``JUESUAN_…`` environment variables, with defaults for one office and a laptop."""

from functools import lru_cache
from pathlib import Path

from platformdirs import user_data_path
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may set.

    Attributes:
        home: Private folder: default database and the Prefect home.
        database: URL of the product's database; empty for SQLite in ``home``.
        prefect_api_url: A running Prefect server to use; empty for an embedded one.
        chunk_size: Most units that one task takes.
        most_tasks: Most tasks per step; beyond some hundreds the server loses task runs.
        workers: Tasks that run at the same time.
    """

    model_config = SettingsConfigDict(env_prefix="JUESUAN_", extra="ignore")

    home: Path = user_data_path("juesuan", appauthor=False)
    database: str = ""
    prefect_api_url: str = ""
    chunk_size: int = 200
    most_tasks: int = 100
    workers: int = 2

    @property
    def database_url(self) -> str:
        """URL of the product's database."""
        return self.database or f"sqlite:///{self.home / 'juesuan.db'}"


@lru_cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
