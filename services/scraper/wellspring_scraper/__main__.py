"""Runs the scraper."""

from wellspring_common.runtime import run

from .wiring import wire

if __name__ == "__main__":
    run("scraper", wire)
