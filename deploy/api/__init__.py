"""What is generated from the API's description."""
