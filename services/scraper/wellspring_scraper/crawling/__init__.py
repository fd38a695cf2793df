"""Reading whole catalogues."""
