"""The outside, one file for each library."""
