"""python -m ft_core COMMAND: see `ft_core.cli`."""

from ft_core.cli import main

if __name__ == "__main__":
    main()
