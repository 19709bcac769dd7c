"""What providers offer: their model lists, compared with what is registered, and importing from them."""
