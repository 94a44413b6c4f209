"""Charts as SVG text: no library, no script, no network; light and dark by the page's own variables."""
