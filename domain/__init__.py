"""What Modelbook is about: organizations, their AI providers and the models they use.

Standard library and `eventsourcing.domain` only: no clock, no random numbers, no input or output.
"""
