"""Which release this is, for whoever says so at its start: the package's metadata take longer."""

VERSION = "0.1.0"
