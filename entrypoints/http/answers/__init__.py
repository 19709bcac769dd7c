"""What answers hold: a model documents an answer and writes it, but for rows that the database turns into JSON."""
