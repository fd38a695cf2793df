"""The decisions of the command line."""
