"""The log as audit trail: checkpoints, proof, export and the feed of what happens."""
