"""What Wellspring does about each trap of the pages it reads: docs/traps.md names the tests."""
