"""The outside, one file for each library and family of tables."""
