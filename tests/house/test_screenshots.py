"""Pictures in the documents are there, are shown, and come from the tool."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "screenshots"


def test_every_picture_of_the_documents_is_shown_somewhere_and_every_one_shown_is_there():
    texts = [*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")]
    shown = {name for text in texts for name in re.findall(r"screenshots/([\w-]+\.webp)", text.read_text())}
    kept = {path.name for path in PICTURES.glob("*.webp")}
    assert shown - kept == set(), "shown, but not there"
    assert kept - shown == set(), "there, but shown nowhere"
    beginning = (ROOT / "README.md").read_text().partition("\n## ")[0]
    assert "screenshots/orders-detail-wide-en.webp" in beginning, "the README opens with a picture"
