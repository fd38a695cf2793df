"""Measurements: run by `./wellspring bench NAME`, never as tests."""
