"""The images: ours built from their Dockerfiles, and stand-ins for what a private engine cannot pull."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from wellspring_cli.debian import debian_program
from wellspring_cli.embedded.postgres import package_folder
from wellspring_cli.places import ROOT

from .engine import Engine, home

BASE = "python:3.13-slim-trixie"
SUITE = "trixie"
SERVICES = ("gateway", "scraper", "refresher", "health", "uploader")
OURS = (*SERVICES, "cli", "demo", "all-in-one")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_STANDINS = Path(__file__).parent / "standins"


def tag(name: str) -> str:
    """Return the name that docker-compose.yml gives to an image of ours."""
    return f"wellspring/{name}:0.1.0"


def build(engine: Engine, name: str) -> str:
    """Build an image of ours and return its name."""
    special = ROOT / "deploy" / "docker" / f"Dockerfile.{name}"
    file = special if special.exists() else ROOT / "deploy" / "docker" / "Dockerfile"
    argument = () if special.exists() else ("--build-arg", f"SERVICE={name}")
    engine.run("build", "-q", "-f", str(file), *argument, "-t", tag(name), str(ROOT), timeout=900)
    return tag(name)


def size(engine: Engine, image: str) -> int:
    """Return how many bytes an image has above the base."""
    return int(engine.inspect(image, "{{.Size}}")) - int(engine.inspect(BASE, "{{.Size}}"))


def prepare_base(engine: Engine) -> None:
    """Make sure of the base image: pulled, or made of Debian under the official name."""
    if not engine.is_private:
        engine.run("pull", "-q", BASE, timeout=600)
        return
    archive = home() / f"{SUITE}.tar"
    if not archive.exists():
        _bootstrap(archive)
    certificate = "/etc/ssl/certs/ca-certificates.crt"
    engine.run(
        *("import", "-c", f"ENV SSL_CERT_FILE={certificate} NODE_EXTRA_CA_CERTS={certificate}"),
        *("-c", 'CMD ["python3"]', str(archive), BASE),
    )


def prepare_servers(engine: Engine) -> None:
    """Make sure of the servers under the names in docker-compose.yml."""
    if not engine.is_private:
        return
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name, bring in _SERVERS.items():
        found = re.search(rf"image: (\S*{name}:\S+)", compose)
        assert found is not None, name
        with tempfile.TemporaryDirectory() as folder:
            context = Path(folder) / name
            shutil.copytree(_STANDINS / name, context)
            bring(context)
            engine.run("build", "-q", "--build-arg", f"BASE_IMAGE={BASE}", "-t", found[1], str(context))


def _bring_nats(context: Path) -> None:
    shutil.copy(ROOT / ".venv" / "bin" / "nats-server", context)


def _bring_postgres(context: Path) -> None:
    package = package_folder()
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, context / "postgres" / folder.name)


def _bring_from_debian(package: str) -> Callable[[Path], None]:
    def bring(context: Path) -> None:
        program = debian_program(package, package)
        assert program is not None, f"Debian's {package} is to be had where a private engine is"
        shutil.copy(program, context)

    return bring


_SERVERS: Mapping[str, Callable[[Path], None]] = {
    "nats": _bring_nats,
    "postgres": _bring_postgres,
    "prometheus": _bring_from_debian("prometheus"),
    "postgres-exporter": _bring_from_debian("prometheus-postgres-exporter"),
}


def _bootstrap(archive: Path) -> None:
    """Make a small Debian with Python, as the official image is one, and keep it as an archive."""
    tree = home() / f"{SUITE}-tree"
    shutil.rmtree(tree, ignore_errors=True)
    shared = home() / "root" / "usr" / "share" / "debootstrap"
    subprocess.run(
        [
            *(str(home() / "root" / "usr" / "sbin" / "debootstrap"), "--variant=minbase"),
            *(
                "--include=python3,python3-venv,ca-certificates",
                SUITE,
                str(tree),
                "http://deb.debian.org/debian",
            ),
        ],
        env={"DEBOOTSTRAP_DIR": str(shared), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        check=True,
        capture_output=True,
    )
    for name in ("python", "python3"):
        (tree / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
    # A machine behind a proxy that opens TLS knows a certificate that Debian does not.
    shutil.copy(_CERTIFICATES, tree / "etc/ssl/certs/ca-certificates.crt")
    for waste in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(tree / waste)
        (tree / waste).mkdir()
    draft = archive.with_suffix(".draft")
    subprocess.run(["tar", "-C", str(tree), "-cf", str(draft), "."], check=True)
    draft.rename(archive)
    shutil.rmtree(tree)
