"""The house keeps its order: imports run one way, heavy libraries stay out of light rooms, no host is named."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "models": {"models"},
    "expectations": {"models", "expectations"},
    "reports": {"models", "reports"},
    "tasks": {"models", "expectations", "reports", "tasks"},
    "flows": {"models", "expectations", "reports", "tasks", "flows"},
}
OURS = set(MAY_IMPORT)


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            found.add(node.module or "")
    return found


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_imports_run_one_way(room: str) -> None:
    wrong = {
        (str(file.relative_to(ROOT)), name)
        for file in sources(room)
        for name in imports_of(file)
        if name.split(".")[0] in OURS - MAY_IMPORT[room]
    }
    assert sources(room) and wrong == set()


def test_no_module_imports_in_a_circle() -> None:
    modules = {".".join(f.relative_to(ROOT).with_suffix("").parts): f for room in OURS for f in sources(room)}
    graph = {
        name: {other for other in imports_of(file) if other in modules and other != name}
        for name, file in modules.items()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            for other in graph[name]:
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("arguments", ["--help", "check --help", "rules T01-收入"])
def test_light_commands_do_not_load_heavy_libraries(arguments: str) -> None:
    code = (
        "import sys; from flows.cli import main\n"
        f"try: main({arguments.split()!r})\nexcept SystemExit: pass\n"
        "heavy = {'prefect', 'great_expectations', 'pandas', 'sqlmodel', 'sqlalchemy'} & set(sys.modules)\n"
        "print('HEAVY', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.rstrip().endswith("HEAVY []")


def test_check_does_not_load_prefect_or_gx() -> None:
    code = "import sys, flows.commands.check, flows.commands.extract\nprint(sorted({'prefect', 'great_expectations', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_every_dependency_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    start = lines.index("dependencies = [") + 1
    wanted = lines[start : lines.index("]", start)]
    assert wanted and all("#" in line for line in wanted)


def test_lock_names_hashes_and_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock and "--index" not in lock and "--extra-index" not in lock
