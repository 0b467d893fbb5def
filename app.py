"""The Space's entry: build the page and serve it."""

import argparse
import os

os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")  # read when the Hub's client is imported
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from ft_core.loading import loading
from ft_core.workspace import home_folder


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="Fine-Tuning Studio in the browser")
    parser.add_argument("--port", type=int, help="port to listen on (default: the first free one from 7860)")
    parser.add_argument("--home", help="workspace folder (default: FT_HOME, else ~/.fine-tuning-studio)")
    options = parser.parse_args()
    home = home_folder(options.home)
    with loading(stays=True):
        from ft_core.ui.shell import build_app, launch
        from ft_core.worker.commands import end_all

        page = build_app(home)
    _, address, _ = launch(page, home, options.port)
    print(f"Fine-Tuning Studio is at {address} (Ctrl-C ends the page; a training at work goes on)", flush=True)
    try:
        page.block_thread()
    finally:
        end_all()


if __name__ == "__main__":
    main()
