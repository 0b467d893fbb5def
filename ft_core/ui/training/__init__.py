"""The Training tab, one file per step: settings with their form, watch with its curves and advice."""
