"""Parts of pages that are drawn with Streamlit: the moment bar, filters, an open event, errors."""
