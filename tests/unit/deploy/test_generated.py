from deploy.generate import ROOT, generated


def test_what_is_generated_is_what_is_committed() -> None:
    stale = [str(path.relative_to(ROOT)) for path, text in generated().items() if path.read_text() != text]
    assert stale == [], "run: python -m deploy.generate"
