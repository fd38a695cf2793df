"""Where the uploader meets Postgres, disks and platforms."""
