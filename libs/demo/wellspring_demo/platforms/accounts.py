"""The accounts that an uploader may use here: addresses and words, as the start prints them."""

from collections.abc import Mapping
from typing import Any

from .dailymotion import settings as dailymotion
from .peertube import settings as peertube


def accounts(addresses: Mapping[str, str]) -> dict[str, Any]:
    """What an uploader has to know of each platform that listens."""
    if "dailymotion" not in addresses:
        return {}
    return {
        "dailymotion": {
            "api": addresses["dailymotion"],
            "token": addresses["dailymotion-token"],
            "partner": addresses["dailymotion-partner"],
            "uploads": [addresses["dailymotion-upload"], addresses["dailymotion-upload2"]],
            "www": addresses["dailymotion-www"],
            "key": dailymotion.KEY,
            "secret": dailymotion.SECRET,
            "username": dailymotion.USERNAME,
            "password": dailymotion.PASSWORD,
            "profile_id": dailymotion.PROFILE,
            "channel": f"{addresses['dailymotion-www']}/{dailymotion.CHANNEL}",
        },
        "peertube": {
            "url": addresses["peertube"],
            "username": peertube.USERNAME,
            "password": peertube.PASSWORD,
            "channel_id": peertube.CHANNEL_ID,
            "channel_name": peertube.CHANNEL,
            "channel": f"{addresses['peertube']}/c/{peertube.CHANNEL}",
        },
    }
