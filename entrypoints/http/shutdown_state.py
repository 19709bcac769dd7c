"""How far a serving process is on its way to its end."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class ShutdownState:
    """What the HTTP side has to know of it.

    `draining`, once set: requests are still taken, but `/readyz` answers 503, and each connection ends with its next
    answer, so that balancers and clients go elsewhere. `at_once`, once set: what is in flight is not waited for.
    """

    draining: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: asyncio.Event = field(default_factory=asyncio.Event)
