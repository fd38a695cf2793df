"""What the API takes and gives: documents with their limits and examples."""
