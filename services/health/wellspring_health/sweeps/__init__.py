"""What health does because time has passed."""
