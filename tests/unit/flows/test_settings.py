"""Settings: defaults for a laptop, what is refused, and that no secret shows."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from flows.settings import Settings, settings
from models.errors import UsageError


@pytest.fixture(autouse=True)
def _no_ambient(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("JUESUAN_") and name != "JUESUAN_PREFECT_READY"]:
        monkeypatch.delenv(name)
    settings.cache_clear()
    monkeypatch.setattr("flows.settings.socket.gethostname", lambda: "juesuan-server")


@pytest.fixture(autouse=True)
def _fresh_afterwards() -> object:
    yield
    settings.cache_clear()


def test_a_laptop_needs_no_setting() -> None:
    chosen = Settings()
    assert chosen.loopback and chosen.auth.get_secret_value() == ""
    assert (chosen.schedule, chosen.timezone) == ("0 9 5 1 *", "Asia/Shanghai")
    assert chosen.api_url == "http://127.0.0.1:4200/api"
    assert chosen.ui_url == "http://127.0.0.1:4200"
    assert chosen.site_url == "http://127.0.0.1:4280"
    assert chosen.out_folder == chosen.home / "out"


@pytest.mark.parametrize(
    ("host", "api", "site"),
    [
        ("localhost", "http://localhost:4200/api", "http://localhost:4280"),
        ("10.1.2.3", "http://10.1.2.3:4200/api", "http://10.1.2.3:4280"),
        ("0.0.0.0", "http://127.0.0.1:4200/api", "http://juesuan-server:4280"),
        ("::", "http://[::1]:4200/api", "http://juesuan-server:4280"),
        ("::1", "http://[::1]:4200/api", "http://[::1]:4280"),
    ],
)
def test_addresses_for_this_machine_and_for_people(host: str, api: str, site: str) -> None:
    chosen = Settings(host=host)
    assert (chosen.api_url, chosen.site_url) == (api, site)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("192.168.1.1", False), ("localhost.example", False), ("127.0.0.1.example", False)],
)  # fmt: skip
def test_which_hosts_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert Settings(host=host).loopback is loopback


def test_today_is_the_date_where_the_office_is() -> None:
    """These zones are 26 hours apart: never on the same date, whatever the machine's clock says."""
    assert Settings(timezone="Pacific/Kiritimati").today > Settings(timezone="Etc/GMT+12").today


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ("JUESUAN_REGISTRY", "JUESUAN_INBOX")),
        ({"registry": "r.csv"}, ("JUESUAN_INBOX",)),
        ({"registry": "r.csv", "inbox": "in"}, ()),
        ({"registry": "r.csv", "inbox": "in", "schedule": ""}, ("JUESUAN_SCHEDULE",)),
    ],
)
def test_what_the_yearly_plan_lacks(given: dict[str, str], missing: tuple[str, ...]) -> None:
    assert Settings(**given).missing_for_plan == missing  # type: ignore[arg-type]


def test_the_link_to_what_waits_names_our_states_and_goes_back_as_far_as_runs_are_kept() -> None:
    address, _, query = Settings(host="10.1.2.3").open_runs_url.partition("?")
    assert address == "http://10.1.2.3:4200/runs" and query.isascii()
    told = parse_qs(query)
    assert {"退回", "故障", "中断", "无法运行", "Failed", "Crashed", "Suspended"} <= set(told["state"])
    other = Settings(prefect_api_url="https://u:Geheim@prefect.example:8443/x/api").open_runs_url
    assert other.partition("?")[0] == "https://prefect.example:8443/x/runs" and "Geheim" not in other
    assert (told["type"], told["seconds"]) == (["span"], [str(-3 * 366 * 24 * 3600)])


def test_the_names_by_which_this_machine_may_be_asked() -> None:
    always = {"localhost", "127.0.0.1", "::1"}
    assert Settings().own_names == always
    assert Settings(host="127.8.8.8").own_names == always | {"127.8.8.8"}
    assert Settings(host="0:0:0:0:0:0:0:1").own_names == always
    assert Settings(public_url="https://中国.example:8443/x").own_names == always | {"xn--fiqs8s.example"}
    assert Settings(host="10.1.2.3", auth=SecretStr("u:p")).own_names == frozenset()
    assert Settings(auth=SecretStr("u:p")).own_names == frozenset(), "a password keeps foreign pages out"


def test_the_public_address_wins_and_ends_without_a_slash() -> None:
    assert Settings(public_url="https://juesuan.example/pages/").site_url == "https://juesuan.example/pages"


def test_no_secret_shows() -> None:
    secret = "Geheim"
    chosen = Settings(
        database=f"postgresql://u:{secret}@h/d", prefect_database=f"postgresql://u:{secret}@h/p",
        auth=f"u:{secret}", webhook=f"https://h.example/{secret}",
    )  # fmt: skip
    assert (
        secret not in repr(chosen)
        and secret not in str(chosen)
        and secret not in chosen.model_dump_json(exclude={"database"})
    )
    assert chosen.prefect_database.get_secret_value() == f"postgresql+asyncpg://u:{secret}@h/p"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "viele", "要写整数"),
        ("PORT", "0", "太小"),
        ("SITE_PORT", "70000", "太大"),
        ("SITE_PORT", "4200", "不能相同"),
        ("AUTH", "Geheimnis", "用户:口令"),
        ("AUTH", "nutzer:", "用户:口令"),
        ("AUTH", ":Geheimnis", "用户:口令"),
        ("AUTH", "审核人:Geheimnis", "用户:口令"),
        ("SCHEDULE", "jährlich", "cron"),
        ("SCHEDULE", "61 9 5 1 *", "cron"),
        ("TIMEZONE", "Mars/Olympus", "时区"),
        ("TIMEZONE", "../../etc/passwd", "时区"),
        ("PUBLIC_URL", "javascript:alert(1)", "完整地址"),
        ("DATABASE", "postgresql://u:Ab@Geheimnis@h/d", "%40"),
        ("PREFECT_DATABASE", "postgresql+asyncpg://u:Ab@cd:Geheimnis@h/d", "%40"),
        ("PREFECT_DATABASE", "mysql://u:Geheimnis@h/d", "postgresql+asyncpg://"),
    ],
)
def test_what_cannot_be_used_is_told_in_chinese_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"JUESUAN_{name}", value)
    with pytest.raises(UsageError) as error:
        settings()
    text = str(error.value)
    assert said in text and "Geheimnis" not in text and value.split("://")[-1] not in text
    assert f"JUESUAN_{name}" in text or name == "SITE_PORT"
    assert error.value.__cause__ is None


def test_home_is_absolute_wherever_the_command_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUESUAN_HOME", "here")
    assert settings().home == tmp_path / "here"
    assert settings().database_url == f"sqlite:///{tmp_path}/here/juesuan.db"
    assert (tmp_path / "here").stat().st_mode & 0o777 == 0o700, "made for the first user, and only for them"


def test_a_home_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("JUESUAN_HOME", str(tmp_path / "taken"))
    with pytest.raises(UsageError, match=r"不能建立文件夹.*JUESUAN_HOME"):
        _ = settings().database_url


def test_the_operators_guide_names_every_setting_and_no_other() -> None:
    guide = (Path(__file__).resolve().parents[3] / "deploy" / "README.md").read_text("utf-8")
    table = guide.split("## 设置", 1)[1].split("\n## ", 1)[0]
    named = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert named == {f"JUESUAN_{name.upper()}" for name in Settings.model_fields}
