"""What is deployed: the files that describe it, and several processes of it behind a proxy."""
