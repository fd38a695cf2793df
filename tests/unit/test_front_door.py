"""What the script at the top hands over to the command line."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

from wellspring_cli.places import ROOT

with_bytecode = runpy.run_path(str(ROOT / "wellspring"), run_name="front door")["with_bytecode"]


def test_who_lets_python_keep_what_it_compiled_is_left_alone() -> None:
    assert with_bytecode({"PATH": "/bin"}) == {"PATH": "/bin"}
    assert with_bytecode({"PYTHONDONTWRITEBYTECODE": ""}) == {"PYTHONDONTWRITEBYTECODE": ""}


def test_who_wants_nothing_beside_the_sources_gets_it_in_the_environment_s_own_folder() -> None:
    found = with_bytecode({"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1"})
    assert found == {"PATH": "/bin", "PYTHONPYCACHEPREFIX": str(ROOT / ".venv" / "bytecode")}


def test_a_place_that_somebody_chose_stays(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("ANSWER = 42\n")
    chosen = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(tmp_path / "kept")}
    environ = with_bytecode({**os.environ, **chosen, "PYTHONPATH": str(tmp_path)})
    subprocess.run([sys.executable, "-c", "import module"], env=environ, check=True)
    assert len(list((tmp_path / "kept").rglob("module.*.pyc"))) == 1
    assert not list(tmp_path.glob("__pycache__"))
