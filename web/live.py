"""How htmx replaces results in place. The attributes stand in search.html, what it leaves open in static/live.js.

Its questions are answered like everybody's, with whole pages, of which it takes the part that it needs: an address has
one answer, so nothing needs `Vary: HX-Request`, and caches, validators and the back button work as they always do.
"""

import json

HTMX = json.dumps(
    {
        # Nothing that the content policy would stop: no styles of its own, nothing evaluated, no scripts from answers.
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        # Longer than a search may take, after which the server itself says so.
        "timeout": 15_000,
        # An earlier page is asked for again, which costs a 304; a copy in the browser's storage could be out of date.
        "historyCacheSize": 0,
        "defaultSettleDelay": 0,
        "scrollIntoViewOnBoost": False,
        # What went wrong is a page too.
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "[45]..", "swap": True, "error": True},
        ],
    },
    separators=(",", ":"),
)
"""What the page tells htmx, which reads it from `<meta name="htmx-config">`."""
