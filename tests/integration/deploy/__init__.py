"""What the deployment files say, judged by the programs that read them."""
