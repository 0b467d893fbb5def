"""A classification head: the layer on top of the model that gives one number for each label (Radford et al. 2018)."""

from typing import Literal

from peft.utils.constants import SEQ_CLS_HEAD_NAMES
from torch import nn
from transformers import PreTrainedModel

from ft_core.settings.train import TrainSpec


def task_type(spec: TrainSpec) -> Literal["CAUSAL_LM", "SEQ_CLS"]:
    """What peft is told: with SEQ_CLS it lets the head learn as a whole and saves it beside the adapter."""
    return "SEQ_CLS" if spec.head == "classification" else "CAUSAL_LM"


def head_of(model: PreTrainedModel) -> nn.Module:
    """The head, by one of the names that peft looks for."""
    return next(getattr(model, name) for name in SEQ_CLS_HEAD_NAMES if hasattr(model, name))
