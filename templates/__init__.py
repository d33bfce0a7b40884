"""Every word that customers read, and the look of it (docs/templates.md)."""

from pathlib import Path

FOLDER = Path(__file__).parent
