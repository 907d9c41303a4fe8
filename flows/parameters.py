"""Parameters of a run, checked before anything starts."""

from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlparse

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.errors import UsageError


class CycleParameters(BaseModel):
    """What a run of the annual cycle needs to know."""

    model_config = ConfigDict(extra="forbid")

    year: int = Field(title="年度", description="决算年度，例如 2022", ge=2000, le=2100)
    registry: str = Field(title="单位登记表", description="单位登记表（CSV）的路径")
    inbox: str = Field(title="收件夹", description="各单位报送文件所在的文件夹（路径或 file:// 地址）")
    out: str = Field(title="结果文件夹", description="审核报告和公开文稿写到哪里")
    database: str = Field(default="", title="数据库", description="数据库地址，留空用默认数据库")
    units: list[str] = Field(default_factory=list, title="单位", description="只处理这些单位代码；留空为全部")
    profile: str = Field(default="national-2022", title="地区年度配置")
    mark: str = Field(default="", title="标记", description="印在每份文稿上的标记，例如“示例数据”")

    @model_validator(mode="after")
    def _known_inbox(self) -> Self:
        inbox_path(self.inbox)
        return self


def inbox_path(inbox: str) -> Path:
    """Folder that an inbox names, as a path or ``file://`` address.

    Raises:
        UsageError: Another kind of address.
    """
    parsed = urlparse(inbox)
    if parsed.scheme in ("", "file") or len(parsed.scheme) == 1:
        return Path(unquote(parsed.path)) if parsed.scheme == "file" else Path(inbox)
    raise UsageError(f"收件夹“{inbox}”不是本机文件夹：目前只支持文件夹路径或 file:// 地址。")
