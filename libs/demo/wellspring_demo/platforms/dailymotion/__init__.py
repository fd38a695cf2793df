"""A Dailymotion in three generations of its API, on origins of their own."""
