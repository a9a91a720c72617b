"""What Google asks for reading pages. An estimate: how many of this month's free pages are left, only Google knows."""

DOLLARS = 1.50  # for a thousand pages (document text detection, up to five million a month)


def cost(pages: int) -> str:
    """`about $0.47`."""
    dollars = pages * DOLLARS / 1000
    return "less than $0.01" if 0 < dollars < 0.01 else f"about ${dollars:,.2f}"


def cost_sentence(pages: int) -> str:
    """`312 pages, about $0.47`."""
    return f"{pages:,} page{'s'[: pages != 1]}, {cost(pages)}"
