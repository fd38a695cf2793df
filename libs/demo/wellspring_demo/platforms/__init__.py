"""Platforms that films are uploaded to: a Dailymotion and the uploading side of the PeerTube."""
