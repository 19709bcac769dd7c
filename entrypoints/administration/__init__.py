"""What platform administrators start, from the command line or over HTTP: rebuilds, verifications, rotations."""
