"""The trash and the clean-up on a fresh database, with the gateway's own login and a clock of the test's."""
