"""What a provider's refusal means, told from its status, headers and body: pure functions without a network."""
