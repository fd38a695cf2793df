"""The baseline for reading one page: BeautifulSoup with Python's own parser, all anchors.

Run as `python soup.py ROUNDS`, with the page on its standard input. Prints the seconds of each round.
"""

import gc
import json
import sys
import time

from bs4 import BeautifulSoup

body, taken = sys.stdin.buffer.read(), []
anchors = body.count(b"<a ")
for _ in range(int(sys.argv[1])):
    gc.collect()
    began = time.perf_counter()
    found = [(one.get_text(), one.get("href")) for one in BeautifulSoup(body, "html.parser").find_all("a")]
    taken.append(time.perf_counter() - began)
    if len(found) != anchors:
        raise SystemExit(f"BeautifulSoup found {len(found)} links instead of {anchors}.")
sys.stdout.write(json.dumps(taken))
