"""Settings: read from the environment once, at the start of a process."""

from enum import Enum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.embedded import default_data_dir


class Mode(Enum):
    """A sandbox moves its own clock and simulates payments; production does neither."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Every name has the prefix MILEPOST_, but PORT, which hosts like to choose; docs/operations.md lists them."""

    model_config = SettingsConfigDict(env_prefix="MILEPOST_", env_file=None, populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, validation_alias="PORT")
    mode: Mode = Mode.SANDBOX
    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: str | None = None
    database_direct_url: str | None = None
    pool_size: int = 10
    mail_dir: Path | None = None
    log_format: str = "auto"
    log_level: str = "info"

    @property
    def mail_folder(self) -> Path:
        return self.mail_dir or self.data_dir / "mail"
