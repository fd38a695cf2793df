"""Libraries of free media as the world knows them: an item archive, a video platform and a media wiki."""
