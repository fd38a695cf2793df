"""Site definitions: a language, its interpreter, and the files written in it."""
