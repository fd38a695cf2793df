"""The door: pages, API, sign-in and live updates."""
