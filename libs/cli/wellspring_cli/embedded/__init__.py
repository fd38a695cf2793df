"""The servers that come with Wellspring: their programs from PyPI, their set-up ours."""
