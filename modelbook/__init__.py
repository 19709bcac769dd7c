"""Modelbook's public face: its version, `python -m modelbook`, and in `modelbook.providers` what plug-ins build on."""

from typing import Final

__version__: Final = "0.1.0"
