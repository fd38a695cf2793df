"""The baseline for pages a second: Scrapy with parsel over the same pages, all anchors with text and address.

Run as `python spider.py PORT PAGES AT_ONCE`. Prints pages, links, and seconds of processor.
"""

import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess

PORT, PAGES, AT_ONCE = (int(argument) for argument in sys.argv[1:4])
found = {"pages": 0, "links": 0, "cpu_s": 0.0}


class Spider(scrapy.Spider):
    """Asks for every page and reads its anchors."""

    name = "baseline"
    custom_settings = {
        "CONCURRENT_REQUESTS": AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        "COOKIES_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
        "LOG_ENABLED": False,
        "RETRY_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
    }
    began = 0.0

    async def start(self) -> AsyncIterator[Any]:
        """Ask for all pages."""
        self.began = time.process_time()
        for number in range(PAGES):
            yield scrapy.Request(f"http://127.0.0.1:{PORT}/page/{number}")

    def parse(self, response: Any) -> None:
        """Read one page."""
        links = [(one.xpath("string()").get(), one.attrib.get("href")) for one in response.css("a")]
        found["pages"] += 1
        found["links"] += len(links)
        found["cpu_s"] = time.process_time() - self.began


process = CrawlerProcess()
process.crawl(Spider)
process.start()
sys.stdout.write(json.dumps(found))
