"""What a person sees of a command: words and tables, progress while it works, and one JSON object instead for a program.

Progress and errors go to standard error, results to standard output. Texts of the person's data are shown as they are, never as markup.
"""
