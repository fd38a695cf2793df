"""What is generated for the deployment, and what its rules say."""
