"""Prints a figure beside its reference."""

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(slots=True)
class Report:
    """Collects rows and prints them. What `has_failed` ends the program with 1."""

    title: str
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    has_failed: bool = False

    def add(self, what: str, value: float, unit: str, *, reference: tuple[str, float] | None = None) -> None:
        """Add a figure; the ratio says how many times the reference it is."""
        text = f"{value:,.2f} {unit}" if abs(value) < 10 else f"{value:,.0f} {unit}"
        if reference is None:
            self.rows.append((what, text, "", ""))
            return
        name, amount = reference
        self.rows.append((what, text, f"{name}: {amount:,.2f} {unit}", f"{value / amount:.2f}"))

    def print(self) -> None:
        """Print the table."""
        table = Table("what", "measured", "reference in the same run", "ratio", title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        Console(width=140).print(table)
