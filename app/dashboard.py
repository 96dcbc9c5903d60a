"""The Streamlit script: page settings, navigation, the moment bar, then the page that the address names."""

from pathlib import Path

import streamlit as st

from app import context, links
from app.components import parts
from app.panels import bar, failures

FOLDER = Path(__file__).parent

PAGES = (
    ("overview", "Overview"),
    ("events", "Events"),
    ("logs", "Logs"),
    ("order", "Time machine"),
    ("models", "Read models"),
    ("services", "Services"),
    ("projections", "Projections"),
    ("health", "Health"),
)
"""The pages: the file in `views`, which is also the path, and the title. `g` and a letter opens each (keys.js)."""

st.set_page_config(page_title="Chronoscope", page_icon=str(FOLDER / "static" / "chronoscope.png"), layout="wide")
st.html(FOLDER / "static" / "frame.css")

pages = {
    name: st.Page(FOLDER / "views" / f"{name}.py", title=title, url_path=name, default=name == "overview")
    for name, title in PAGES
}
chosen = st.navigation(list(pages.values()), position="hidden")
place = links.here()


def frame() -> None:
    """Navigation that keeps what the moment bar shows, and the bar under it; both stay in sight."""
    with st.container(key="frame", gap=None):
        with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
            st.html('<span class="brand">Chronoscope</span>', width="content")
            for name, page in pages.items():
                with st.container(key=f"nav_{name}", width="content"):
                    st.page_link(page, query_params=place.kept(w=place.w, t2=place.t2).query())
            with st.container(key="go", horizontal=True, width="content", gap="small"):
                bar.field(place)
        bar.draw(place, chosen.url_path or PAGES[0][0])
    unread = place.unread()
    if unread:
        parts.facts(
            {"text": f"The address has values that cannot be read, left out: {', '.join(unread)}."}, key="unread"
        )


parts.keys()
with failures.told():
    context.begin()
    frame()
    chosen.run()
