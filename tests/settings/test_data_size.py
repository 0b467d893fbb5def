"""DataSizeSpec: parts of the training split, in order."""

import pytest

from ft_core.errors import FTError
from ft_core.settings import project
from ft_core.settings.data_size import DataSizeSpec


def test_shares_are_put_in_order_and_each_is_tried_once():
    assert DataSizeSpec.model_validate({"shares": [1, 0.25, 0.5, 1]}).shares == (0.25, 0.5, 1.0)
    assert DataSizeSpec().shares == (0.125, 0.25, 0.5, 1.0)


@pytest.mark.parametrize("shares", [[0, 1], [0.5, 2], [1], [1, 1], "all", [True, 0.5], [0.5, "1"], 3])
def test_shares_that_cannot_be(shares):
    with pytest.raises(FTError) as caught:
        project.parse({"data": {"source": "x.csv"}, "data_size": {"shares": shares}}, "p.yaml")
    assert caught.value.why == (
        "`data_size.shares`: must be 2 to 20 different shares above 0 and at most 1, such as [0.25, 0.5, 1]."
    )


def test_every_field_explains_itself():
    for name, field in DataSizeSpec.model_fields.items():
        assert field.title and (field.description or "").endswith("."), name
