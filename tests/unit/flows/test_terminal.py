"""What people see in a terminal: inert whatever a name holds, readable however little the terminal knows."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.cli import main
from flows.reading_faults import keep_reading_faults
from flows.run_logs import keep_run_logs_readable
from flows.settings import settings
from flows.terminal import json_text
from models.addresses import masked
from tasks.collect.characters import inert

ROOT = Path(__file__).resolve().parents[3]
TEXT = ROOT / "tests/fixtures/text/云岭市医疗保险服务中心2022.txt"
ESCAPE, TURN = "\x1b[31m\x9b2J", "\u202e"


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUESUAN_HOME", str(tmp_path / "home"))
    settings.cache_clear()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("甲\n\t乙 A", "甲\n\t乙 A"),
        ("\x1b[2J", "[U+001B][2J"),
        ("\r\b\x7f\x9b", "[U+000D][U+0008][U+007F][U+009B]"),
        ("a\u202eb\u2066\u200b\u2028", "a[U+202E]b[U+2066][U+200B][U+2028]"),
        ("\udcff", "[U+DCFF]"),
    ],
)
def test_what_steers_is_shown(text: str, shown: str) -> None:
    assert inert(text) == shown and inert(shown) == shown


def test_a_name_of_a_file_moves_no_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"{ESCAPE}{TURN}.txt"
    path.write_text("收入", "utf-8")
    for words in (["check", str(path)], ["extract", str(path)], ["rules", ESCAPE]):
        main(words)
        said = "".join(capsys.readouterr())
        assert said and not {"\x1b", "\x9b", TURN} & set(said), words


def test_wrong_words_are_repeated_inertly(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", f"--{ESCAPE}"])
    assert "\x1b" not in capsys.readouterr().err


def test_json_stays_exact_and_is_inert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"{ESCAPE}{TURN}.txt"
    path.write_text("收入", "utf-8")
    main(["check", "--json", str(path)])
    said = capsys.readouterr().out
    assert not {"\x1b", "\x9b", TURN} & set(said) and json.loads(said)["file"] == path.name
    assert json.loads(json_text({"甲": "\u202e\ud800\n"})) == {"甲": "\u202e\ud800\n"} and "甲" in json_text("甲")


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "gbk"},
    ],
)
@pytest.mark.parametrize(
    "words", [["check", str(TEXT)], ["rules", "T01-收入"], ["check", "无.txt"], ["--help"], ["nix"]]
)
def test_a_terminal_that_knows_few_letters_gets_them_degraded(environment: dict[str, str], words: list[str]) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHON", "LANG"))}
    command = [sys.executable, "-c", "from flows.cli import main; import sys; sys.exit(main())", *words]
    done = subprocess.run(command, env=own | environment, capture_output=True, cwd=ROOT, check=False)
    said = done.stdout + done.stderr
    assert b"Traceback" not in said and "意外".encode() not in said and rb"\u610f\u5916" not in said
    assert said and (environment.get("PYTHONIOENCODING") == "gbk" or said.isascii())


@pytest.mark.parametrize("year", ["-1", "99999999999999999999", "20222", "二〇二二", "2022.0", "1" * 10_000])
@pytest.mark.parametrize("command", ["run", "status", "retry", "release", "template"])
def test_a_year_that_is_none_is_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str], command: str, year: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--year", year])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "四位数的年度" in said and len(said) < 200


def test_a_template_is_written_to_a_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for output in (tmp_path, tmp_path / ("x" * 10_000), Path("/dev/null/a.xlsx")):
        assert main(["template", "--unit", "1", "-o", str(output)]) == 2
        said = capsys.readouterr().err
        assert "不能写入" in said and "意外" not in said and len(said) < 350


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://me:geheim@h:4200/api", "http://***@h:4200/api"),
        ("http://me:ge@h/ei@m@h/api?token=geheim", "http://***@h/api"),
        ("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"),
    ],
)
def test_a_password_in_an_address_is_masked(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_the_address_of_a_silent_server_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUESUAN_PREFECT_API_URL", "http://me:geheim@127.0.0.1:9/api")
    monkeypatch.delenv("JUESUAN_PREFECT_READY", raising=False)
    settings.cache_clear()
    code = (
        "import sys; from flows.cli import main; sys.exit(main(['run', '--year', '2022', '--registry', "
        "'deploy/example/registry.csv', '--inbox', 'deploy/example/inbox', '--out', sys.argv[1]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out")], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2 and "连不上" in done.stderr and "geheim" not in done.stdout + done.stderr
    settings.cache_clear()


def test_faults_of_our_own_reader_are_kept_for_whoever_mends_them(capsys: pytest.CaptureFixture[str]) -> None:
    keep_reading_faults()
    keep_reading_faults()
    logging.getLogger("juesuan.faults").error("《%s》读取故障：%s", "甲.txt", "KeyError: 甲")
    assert (settings().home / "错误记录.txt").read_text("utf-8").count("KeyError: 甲") == 1
    assert capsys.readouterr() == ("", "")


def test_run_logs_are_inert(caplog: pytest.LogCaptureFixture) -> None:
    keep_run_logs_readable()
    logger = logging.getLogger("prefect.flow_runs")
    record = logger.makeRecord(logger.name, logging.INFO, "", 0, "单位 %s", (f"甲{ESCAPE}{TURN}",), None)
    assert logger.filter(record)
    assert record.getMessage() == "单位 甲[U+001B][31m[U+009B]2J[U+202E]"
