"""The page: one file per tab, and the few things they share. The only room that knows Gradio."""
