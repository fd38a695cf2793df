"""Where one installation keeps its files, and which kind of installation it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .console import Failure

ROOT = Path(__file__).resolve().parents[3]
"""The checkout that this command line belongs to."""


@dataclass(frozen=True)
class DataDir:
    """The folder of one installation. Nothing of it lives elsewhere."""

    root: Path

    @property
    def profile_file(self) -> Path:
        """Says `demo` or `real`: a demo's data is never mixed with a library that matters."""
        return self.root / "profile"

    @property
    def secrets(self) -> Path:
        """Generated passwords and tokens, one 0600 file each."""
        return self.root / "secrets"

    @property
    def run(self) -> Path:
        """What only a running launcher needs: lock, state, sockets, rendered configuration."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """One file per process, rotated by size."""
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        """The embedded Postgres cluster."""
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        """The embedded NATS server's JetStream store."""
        return self.root / "nats"

    @property
    def runtime(self) -> Path:
        """Copies of the server programs, where the unprivileged account can read them."""
        return self.root / "runtime"

    @property
    def demo(self) -> Path:
        """What the demo world remembers."""
        return self.root / "demo"

    def service(self, name: str) -> Path:
        """Return the folder of one service's own state."""
        return self.root / "services" / name

    def prepare(self, *, demo: bool) -> None:
        """Make the folders and settle the profile. Raises `Failure` when the other profile lives here."""
        profile = "demo" if demo else "real"
        try:
            # Open to walk through, not to list: the embedded servers may run as another account.
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            for folder in (self.run, self.runtime):
                folder.mkdir(mode=0o711, exist_ok=True)
            for folder in (self.secrets, self.logs, self.root / "services"):
                folder.mkdir(mode=0o700, exist_ok=True)
            if not self.profile_file.exists():
                self.profile_file.write_text(profile + "\n", encoding="utf-8")
            found = self.profile_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Failure(
                f"The data directory {self.root} cannot be used: {error.strerror}.",
                "Choose another folder with --data-dir or WELLSPRING_DATA_DIR.",
            ) from error
        if found != profile:
            raise Failure(
                f"{self.root} belongs to a {found} installation, and this would be a {profile} one.",
                "Leave out --data-dir, or choose another folder: the two are never mixed.",
            )


def default_data_dir(environ: Mapping[str, str], *, demo: bool) -> DataDir:
    """Return the folder to use when none is named on the command line."""
    named = environ.get("WELLSPRING_DATA_DIR")
    if named:
        root = Path(named).expanduser().absolute()
    elif os.geteuid() == 0:
        root = Path("/var/lib/wellspring")
    else:
        share = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        root = Path(share) / "wellspring"
    return DataDir(root.with_name(root.name + "-demo") if demo else root)
