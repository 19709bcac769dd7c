"""The web page on which people manage providers and models; a client of the REST API and nothing else."""
