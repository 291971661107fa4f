"""The README's queries are the tested ones, word for word."""

from pathlib import Path

from recount.views import store

README = Path(__file__).resolve().parents[2] / "README.md"


def squeezed(text: str) -> str:
    return " ".join(text.replace(";", "").split())


def test_the_readme_shows_the_five_tested_queries():
    block = squeezed(README.read_text().partition("```sql")[2].partition("```")[0])
    assert len(store.EXAMPLES) == 5
    for question, query in store.EXAMPLES.items():
        assert squeezed(f"-- {question} {query}") in block
