"""What models were used for, and what it cost."""
