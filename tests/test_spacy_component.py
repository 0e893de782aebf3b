"""saywho in other people's spaCy pipelines."""

import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.vocab import Vocab

from index.errors import UsageError
from index.extract import spacy_component
from index.extract.pipeline import extract
from index.records import Article, Quotation
from tests.conftest import ROOT

TEXT = "Ann Lee met Mark Kelm. “The bridge is closed,” she said. “It will stay so.” Kelm said that he knew."


def expected(text: str) -> list[Quotation]:
    """What the extractor itself finds in a text."""
    return extract(Article(id="", text=text))


@pytest.fixture
def nlp() -> Language:
    made = spacy.blank("en")
    made.add_pipe("saywho")
    return made


def test_attributions_are_those_of_the_extractor(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert len(expected(TEXT)) > 1
    for found, q in zip(doc._.attributions, expected(TEXT), strict=True):
        assert (found.id, found.text, found.kind, found.basis) == (q.id, q.text, q.kind, q.basis)
        assert (found.speaker, found.speaker_type) == (q.speaker, q.speaker_type)
        assert (found.confidence, found.candidates) == (q.confidence, q.candidates)


def test_attributions_are_spans_of_the_doc(nlp: Language) -> None:
    doc = nlp(TEXT)
    first = doc._.attributions[0]
    assert first.content[0].text == "“The bridge is closed,”"
    assert ([s.text for s in first.source], [s.text for s in first.cue]) == (["she"], ["said"])
    assert all(span.doc is doc for span in (*first.content, *first.source, *first.cue))


def test_the_span_group_has_kinds_for_labels_and_quotations_for_ids(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert [(s.text, s.label_, s.id_) for s in doc.spans["quotations"]] == [
        (TEXT[start:end], q.kind, q.id) for q in expected(TEXT) for start, end in q.content
    ]


def test_another_span_group_can_be_named() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("saywho", config={"spans_key": "said"})
    doc = nlp(TEXT)
    assert len(doc.spans["said"]) == sum(len(q.content) for q in expected(TEXT))


def test_places_follow_the_tokens_when_they_are_merged(nlp: Language) -> None:
    doc = nlp(TEXT)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
        retokenizer.merge(doc.spans["quotations"][0])
    assert doc._.attributions[0].content[0].text == "“The bridge is closed,”"
    assert len(doc._.attributions[0].content[0]) == 1


def test_a_place_inside_a_token_takes_the_whole_token() -> None:
    nlp = spacy.blank("en")
    nlp.tokenizer = lambda text: Doc(nlp.vocab, words=text.split(" "))
    nlp.add_pipe("saywho")
    doc = nlp("(“Rain is news,” Ann Lee said.)")
    (found,) = doc._.attributions
    assert found.text == "“Rain is news,”"
    assert [span.text for span in found.content] == ["(“Rain is news,”"]


@pytest.mark.parametrize("language", ["en", "ar", "zh", "xx"])
def test_works_in_a_pipeline_of_any_language(language: str) -> None:
    nlp = spacy.blank(language)
    nlp.add_pipe("saywho")
    assert [a.id for a in nlp(TEXT)._.attributions] == [q.id for q in expected(TEXT)]


def test_works_behind_a_parser_and_a_recogniser() -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    nlp.add_pipe("parser").add_label("nsubj")  # type: ignore[attr-defined]
    nlp.add_pipe("saywho")
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("She left."), {"heads": [1, 1, 1], "deps": ["nsubj"] * 3})])
    ruler.add_patterns([{"label": "PERSON", "pattern": "Ann Lee"}])  # type: ignore[attr-defined]
    doc = nlp(TEXT)
    assert doc.has_annotation("DEP")
    assert [e.text for e in doc.ents] == ["Ann Lee"]
    assert len(doc._.attributions) == len(expected(TEXT))


@pytest.mark.parametrize("processes", [1, 2])
def test_pipes_in_order_over_processes(nlp: Language, processes: int) -> None:
    nlp(TEXT)  # whatever is made at the first text must outlive the fork
    texts = [TEXT, "", "“Rain,” said Ada Brook.", "Nobody spoke."] * 2
    docs = list(nlp.pipe(texts, n_process=processes, batch_size=2))
    assert [doc.text for doc in docs] == texts
    assert [[a.id for a in doc._.attributions] for doc in docs] == [[q.id for q in expected(text)] for text in texts]
    assert [len(doc.spans["quotations"]) for doc in docs] == [sum(len(q.content) for q in expected(t)) for t in texts]


def test_a_saved_pipeline_is_loaded_with_its_settings(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("saywho", config={"spans_key": "said"})
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert again.pipe_names == ["saywho"]
    before, after = nlp(TEXT), again(TEXT)
    assert [s.text for s in after.spans["said"]] == [s.text for s in before.spans["said"]] != []


def test_docs_keep_what_was_found_on_disk(nlp: Language, tmp_path: Path) -> None:
    DocBin(docs=[nlp(TEXT)], store_user_data=True).to_disk(tmp_path / "docs.spacy")
    (doc,) = DocBin().from_disk(tmp_path / "docs.spacy").get_docs(Vocab())
    assert [a.id for a in spacy_component.attributions(doc)] == [q.id for q in expected(TEXT)]
    assert len(doc.spans["quotations"]) == sum(len(q.content) for q in expected(TEXT))


def test_a_doc_that_never_met_saywho_has_no_attributions(nlp: Language) -> None:
    assert spacy.blank("en")(TEXT)._.attributions == []


@pytest.fixture
def restored() -> Iterator[None]:
    kept = Doc.get_extension("attributions") if Doc.has_extension("attributions") else None
    yield
    Doc.remove_extension("attributions")
    if kept is not None:
        Doc.set_extension("attributions", getter=kept[2])


def test_a_second_registration_is_fine(nlp: Language, restored: None) -> None:
    importlib.reload(spacy_component)
    spacy.blank("en").add_pipe("saywho")
    assert len(nlp(TEXT)._.attributions) == len(expected(TEXT))


def test_somebody_else_s_extension_is_not_taken(restored: None) -> None:
    Doc.set_extension("attributions", default=None, force=True)
    with pytest.raises(UsageError, match="already an extension of something else"):
        spacy.blank("en").add_pipe("saywho")


PIPELINE = spacy.blank("en")
PIPELINE.add_pipe("saywho")
pieces = st.sampled_from(
    [*"“”\"'‘’«»[],.?!\n\t 😀é\u200f\u202e\x00", " said ", "Ann Lee", " he ", " של ", "的", "\u0301"]
)


@settings(deadline=None, derandomize=True, max_examples=80)
@given(st.lists(pieces, max_size=40).map("".join))
def test_no_quotation_is_lost_on_the_tokens_of_the_pipeline(text: str) -> None:
    doc = PIPELINE(text)
    there = expected(doc.text)
    assert len(doc.spans["quotations"]) == sum(len(q.content) for q in there)
    for found, q in zip(doc._.attributions, there, strict=True):
        for spans, places in ((found.content, q.content), (found.cue, q.cue), (found.source, q.source)):
            for span, (start, end) in zip(spans, places, strict=True):
                assert span.start_char <= start < end <= span.end_char


def test_the_entry_point_leads_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["spacy_factories"] == {"saywho": f"{spacy_component.__name__}:make_component"}


def test_spacy_finds_it_without_an_import_of_ours() -> None:
    installed = [e for e in distribution("saywho").entry_points if e.group == "spacy_factories"]
    assert installed, "the environment is older than pyproject.toml; run: scripts/bootstrap --test"
    code = "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('saywho'); print(len(nlp(input())._.attributions))"
    run = subprocess.run([sys.executable, "-c", code], input=TEXT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(len(expected(TEXT)))


def test_pipelines_that_do_not_ask_for_it_load_nothing_heavy() -> None:
    code = "import index.extract.spacy_component, sys; print({'nltk', 'onnxruntime'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_the_readme_s_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(example, {})
    assert capsys.readouterr().out.startswith("Marta Oyelaran direct (“Clean water comes first,”,) (said,) 0.")
