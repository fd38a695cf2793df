"""What the uploader is asked, and what it answers at once."""
