"""What a process of each service imports, when nobody asked it to send spans."""

import json
import os
import subprocess
import sys

# FastAPI itself imports OpenTelemetry's interface, so the gateway comes last: what costs is the SDK.
FORBIDDEN = {
    "scraper": "opentelemetry",
    "refresher": "opentelemetry",
    "health": "opentelemetry",
    "uploader": "opentelemetry",
    "gateway": "opentelemetry.sdk",
}
IMPORTED = """
import importlib, json, sys
from wellspring_common import otel, runtime
from wellspring_common.settings import TraceSettings
found = {}
for service, package in json.loads(sys.argv[1]).items():
    importlib.import_module(f"wellspring_{service}.wiring")
    otel.begin(service, TraceSettings())()
    found[service] = [name for name in sys.modules if name.startswith(package)]
print(json.dumps(found))
"""


def test_a_service_without_the_setting_imports_nothing_of_it() -> None:
    environ = {name: value for name, value in os.environ.items() if "OTEL" not in name}
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, json.dumps(FORBIDDEN)],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {service: [] for service in FORBIDDEN}
