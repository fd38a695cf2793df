"""The founding documents, quoted, against a running gateway."""
