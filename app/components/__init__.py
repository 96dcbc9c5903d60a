"""Browser parts, one folder each: the Streamlit side in Python, the page's side in JavaScript and CSS."""
