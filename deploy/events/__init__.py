"""The vocabulary of events as documents: for a person, and as AsyncAPI for programs."""
