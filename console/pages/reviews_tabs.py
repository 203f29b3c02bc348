"""What stands above every page about reviews: its heading, and links to the others."""

from nicegui import ui

from console.access import Right
from console.assets import style
from console.visit import Visit

TABS = {
    "/reviews": ("reviews.mine", Right.REVIEW),
    "/reviews/all": ("reviews.all", Right.REVIEW),
    "/reviews/about": ("reviews.about", Right.APPEAL),
    "/reviews/sampling": ("reviews.sampling", Right.SAMPLING),
    "/reviews/agreement": ("reviews.agreement", Right.QUALITY),
}
"""By address: heading, and who may open it."""


def tabs(visit: Visit, here: str) -> None:
    """Show them."""
    with ui.element("h1"):
        ui.label(visit.say(TABS[here][0]))
    links = {path: visit.say(words) for path, (words, right) in TABS.items() if visit.may(right)}
    if len(links) > 1:
        choices(visit.say("reviews.parts"), links, here, named=False)


def choices(what: str, links: dict[str, str], here: str, *, named: bool = True) -> None:
    """Show links of which one is where one is; `named`: with what they are about before them."""
    ui.add_head_html(style("boards.css"))
    with ui.element("nav").classes("choices") as nav:
        nav.props["aria-label"] = what
        if named:
            ui.label(what).classes("what")
        for target, words in links.items():
            link = ui.link(words, target)
            if target == here:
                link.classes("here").props('aria-current="page"')
