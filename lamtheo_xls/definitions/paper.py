"""The printed page: A4 between the margins of the Party's documents."""

PAPER_MM = {"landscape": 252.0, "portrait": 165.0}
"""Width between the margins: 30 mm left, 15 mm right."""
NUMBER_MM = 12.0
"""Width of the running number column."""
PAPER_HIGH_MM = {"landscape": 170.0, "portrait": 257.0}
"""Height left between the margins of A4 (20 mm above and below)."""
LONGEST_PARAGRAPH = {"portrait": 1200, "landscape": 1800}
"""Characters of a paragraph that a row as wide as the page still shows, in capitals too: a row ends at 409 points."""
