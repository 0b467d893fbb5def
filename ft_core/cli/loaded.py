"""What commands about data load: imported once, by the process that `worker.commands` forks them from, which does nothing else.

Nothing is computed here: threads that were at work would be missing after a fork.
"""

import os

from ft_core.worker.launch import child_environment

os.environ.clear()
os.environ.update(child_environment())

from ft_core.cli.commands import before_libraries
from ft_core.loading import loading

before_libraries()
with loading(stays=True):
    import sklearn.cluster
    import sklearn.decomposition
    import sklearn.feature_extraction.text
    import sklearn.linear_model
    import sklearn.model_selection
    import sklearn.naive_bayes  # noqa: F401

    from ft_core.data.clean import language
    from ft_core.pipeline import data, runs  # noqa: F401

    language.classify("The model that tells languages apart takes a good part of a second to load.")
