"""The providers' protocols: one folder a wire format, with its requests, its answers and its refusals."""
