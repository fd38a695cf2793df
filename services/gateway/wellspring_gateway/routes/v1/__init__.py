"""The API of the library: each module one kind of thing."""
