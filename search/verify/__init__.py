"""Is this what was said, and whose is it? A text in, a verdict on each of its quotations out.

    request.py     what is asked, validated
    claims.py      a text -> claims; attributing.py: whose they are said to be
    spoken.py      words with places; [brackets] and ellipses
    checking.py    a claim -> what the build has of it (`search.core.passages` looks, aligning.py and comparing.py
                   compare, weighing.py says what is enough)
    evidence.py    rows -> speakers, articles, outlets; naming.py: whether two names are one person's
    telling.py     a finding -> verdict, confidence and plain sentences
    results.py     what is answered

What counts as the same: case, punctuation, accents, quotation marks, `[T]his`, words in [brackets], an ellipsis.

- *verbatim*: all words of the claim stand side by side in one quotation (or run over from one into the next of the same
  article); an ellipsis in the claim may stand for words left out, which is said.
- *cut short*: all of them stand in one quotation in this order, but words between them are left out without a sign; or
  the claim is written as a whole sentence and the quotation's sentence begins earlier or goes on. A claim that is not
  written as a sentence is a part, and verbatim.
- *altered*: words were changed, put in, or a "not" was left out; enough of the rest is the same.
- *stitched*: its stretches of five words and more stand in different quotations, or in one in another order.
- *someone else*: the words are found (in any of these ways), the claim names a speaker, and the collection names only
  others. Where the collection names nobody, it does not contradict.
- *disputed*: the words are found, and articles give them to different people.
- *not found*: nothing of this, which proves nothing; the nearest are shown where there are any.
"""

from search.verify.answering import verify
from search.verify.request import VerifyRequest
from search.verify.results import VERDICTS, Check, VerifyPage

__all__ = ["VERDICTS", "Check", "VerifyPage", "VerifyRequest", "verify"]
