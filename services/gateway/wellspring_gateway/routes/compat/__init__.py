"""The founding documents' URLs, with their exact shapes."""
