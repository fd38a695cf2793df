"""Brings the films of episodes home."""
