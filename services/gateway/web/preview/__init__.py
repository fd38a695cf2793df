"""A stand-in for the gateway that shows every page with made-up data, for working on looks."""
