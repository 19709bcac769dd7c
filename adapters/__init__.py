"""One folder a technology, each fulfilling ports of the application; they do not import each other."""
