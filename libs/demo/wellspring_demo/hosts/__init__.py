"""The aiohttp hosts of the demo world, one file each."""
