"""Parameters of a run, checked before anything starts. Titles and descriptions are what the UI's forms show."""

from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self
from urllib.parse import unquote, urlparse

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from flows.settings import settings
from models.clipping import clipped
from models.errors import UsageError, reason_of
from models.profiles import load_profile
from models.schema_upgrade import upgrade_database
from tasks.collect.inbox import entries_of
from tasks.collect.registry import Registry, read_registry

FIRST_YEAR = 1990
_LONGEST = 200
"""Characters of a path that a message repeats."""


class CycleParameters(BaseModel):
    """What a run of the annual cycle needs to know; blanks are filled from the installation's settings.

    The database is no parameter: its URL may hold a password, and parameters are stored and shown by the UI.
    """

    model_config = ConfigDict(extra="forbid")

    year: int = Field(default=0, title="年度", description="决算年度，例如 2022；0 表示上一年度", ge=0, le=2100)
    registry: str = Field(default="", title="单位登记表", description="单位登记表（CSV）的路径；留空用本机设置")
    inbox: str = Field(
        default="", title="收件夹", description="报送文件所在文件夹（路径或 file:// 地址）；留空用本机设置"
    )
    out: str = Field(default="", title="结果文件夹", description="审核报告和公开文稿写到哪里；留空用本机设置")
    units: list[str] = Field(default_factory=list, title="单位代码", description="只处理这些单位；留空为全部")
    profile: str = Field(default="national-2022", title="地区年度配置", description="表单、规则、评分办法的配置代码")
    mark: str = Field(default="", title="标记", description="印在每份文稿上的文字，例如“示例数据”")

    @model_validator(mode="after")
    def _fill(self) -> Self:
        chosen = settings()
        self.year = self.year or chosen.today.year - 1
        self.units = [unit.strip() for unit in self.units]
        self.registry = _typed(self.registry) or chosen.registry
        self.inbox = _typed(self.inbox) or chosen.inbox
        self.out = _typed(self.out) or str(chosen.out_folder)
        self.mark = self.mark or chosen.mark
        return self

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Parameters as typed.

        Raises:
            UsageError: A value does not fit.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            names = {str(fault["loc"][0]) for fault in error.errors() if fault["loc"]}
            titles = "、".join(f"“{field.title}”" for name, field in cls.model_fields.items() if name in names)
            raise UsageError(f"{titles or '参数'}填写有误，请改正后重新运行。") from None

    def check(self) -> Registry:
        """Refuse what cannot work before anything is started.

        Returns:
            The registry, leniently read.

        Raises:
            JuesuanError: There can be no accounts of that year yet, a place is not named, the registry or inbox cannot
                be read, a unit is unknown, results cannot be written, or the database cannot be used.
        """
        if not FIRST_YEAR <= self.year <= settings().today.year:
            raise UsageError(f"年度“{self.year}”不对：请写四位数，例如 2022，不能晚于今年；0 表示上一年度。")
        for name in ("registry", "inbox"):
            if not getattr(self, name):
                title = CycleParameters.model_fields[name].title
                raise UsageError(f"没有指定{title}。请填写，或设置环境变量 JUESUAN_{name.upper()}。")
        registry = read_registry(Path(self.registry), load_profile(self.profile), strict=False)
        registry.require_filing(self.units)
        entries_of(inbox_path(self.inbox))
        _require_writable(Path(self.out))
        upgrade_database(settings().database_url)
        return registry

    def for_flow(self) -> dict[str, Any]:
        """The parameters as plain data."""
        return self.model_dump()

    def sources(self) -> dict[str, str]:
        """Where the run takes from and writes to; absolute, so that a retry from elsewhere finds it."""
        return {
            "registry": str(Path(self.registry).resolve()),
            "inbox": str(inbox_path(self.inbox).resolve()),
            "out": str(Path(self.out).resolve()),
            "profile": self.profile,
            "mark": self.mark,
        }


def _typed(path: str) -> str:
    """A path as people paste it: without blanks and quotes around it."""
    return path.strip().strip("\"'“”‘’").strip()


def _require_writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
    except (OSError, ValueError) as error:
        told = clipped(str(out), _LONGEST)
        why = reason_of(error) if isinstance(error, OSError) else "路径中有不能使用的字符"
        raise UsageError(f"结果文件夹“{told}”不能写入：{why}。请换一个文件夹或检查权限。") from None


class UnitParameters(BaseModel):
    """What a run for one unit needs beside :class:`CycleParameters`."""

    unit: str = Field(title="单位代码", description="要重新处理的单位", min_length=1)


def inbox_path(inbox: str) -> Path:
    """Folder that an inbox names, as a path or ``file://`` address.

    Raises:
        UsageError: Another kind of address.
    """
    told = clipped(inbox, _LONGEST)
    try:
        parsed = urlparse(inbox)
    except ValueError:
        raise UsageError(f"收件夹“{told}”不是文件夹路径，也不是 file:// 地址。") from None
    if parsed.scheme in ("", "file") or len(parsed.scheme) == 1:
        return Path(unquote(parsed.path)) if parsed.scheme == "file" else Path(inbox)
    raise UsageError(f"收件夹“{told}”不是本机文件夹：目前只支持文件夹路径或 file:// 地址。")
