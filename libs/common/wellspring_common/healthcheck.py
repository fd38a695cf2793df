"""What a container image runs to ask its own service whether it can do its work.

Exit 0 means yes. The answer of a service that is not ready goes to stdout, where `docker inspect` shows it.
"""

import http.client
import os
import sys

PATIENCE_S = 4


def main() -> int:
    """Ask `/readyz` on this machine, at the port given or that of the probes, and return the exit code."""
    port = int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("WELLSPRING_OPS_PORT") or "9100")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        sys.stdout.write(answer.read(4096).decode(errors="replace") + "\n")
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"no answer on port {port}: {error}\n")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
