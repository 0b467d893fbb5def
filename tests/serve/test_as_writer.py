"""Our own server as the writer of rows: the same client as for a stranger's."""

import pytest

from ft_core.data.augment.writer import endpoint
from ft_core.errors import FTError
from ft_core.settings.example import Message
from tests.serve.test_server import running


def test_the_base_model_of_a_run_writes(tuned_run):
    with running(tuned_run) as here:
        url = f"http://127.0.0.1:{here.port}/v1"
        asked = [Message("system", "Say it in other words."), Message("user", "Ada saw apple in attic Monday")]
        assert isinstance(endpoint(url, "base")(asked), str)
        with pytest.raises(FTError) as caught:
            endpoint(url, "no-such-model")(asked)
    assert caught.value.code == "writer.model"
