"""Stores links, keeps the refresh schedule and owns scrape jobs."""
