"""The web page and its HTTP endpoint: `figureground web`. Needs the extra `web`; the page's own work is in static/."""
