"""Parts of pages that are drawn with Streamlit: the moment strip, filters, an open event, errors."""
