"""Curves: what the rules look at. One training as arrays, with the few facts about its data that they need."""

from dataclasses import dataclass
from typing import Any

import numpy

from ft_core import catalog, download
from ft_core.data.store import Dataset, example_of
from ft_core.data.tokens import ChatTokenizer, Window, view
from ft_core.fit import plan_steps, training_rows
from ft_core.fit.architecture import architecture
from ft_core.fit.choose import usual_rate
from ft_core.jobs import Status
from ft_core.run import Run
from ft_core.settings.model import ModelSpec
from ft_core.settings.train import TrainSpec
from ft_core.train.coach.robust import rolling_median, scatter

FEWEST_STEPS = 10  # fewer measured steps show no course
NEAR_ZERO = 0.02  # nats: every learnt token is given a probability of 98% (exp of -0.02)
_SAMPLED = 64  # examples whose learnt tokens are counted


@dataclass(frozen=True, eq=False)
class Curves:
    """One training. Arrays of a kind have one length, ordered by step; losses in nats per learnt token.

    `steps` to `learning_rate` are of training rows, the others of validations. `train_examples` are those that are learnt from,
    `learnt_tokens` is the mean of an example; None while the base model's tokenizer is not on this machine. `error` is the code the
    training ended with. `on_pairs` is true of the task preference.
    """

    training: TrainSpec
    on_pairs: bool
    status: Status
    error: str | None
    total_steps: int
    train_examples: int
    validation_examples: int
    learnt_tokens: float | None
    usual_rate: float
    steps: numpy.ndarray
    loss: numpy.ndarray
    gradient_norm: numpy.ndarray
    learning_rate: numpy.ndarray
    validation_steps: numpy.ndarray
    validation_loss: numpy.ndarray

    @property
    def measured(self) -> bool:
        """True once there are enough training rows to judge by."""
        return len(self.steps) >= FEWEST_STEPS

    @property
    def ended(self) -> bool:
        return self.status != "running"

    @property
    def half_done(self) -> bool:
        """True when the training has ended or is past half of its steps: what has not happened by now is missing."""
        return self.measured and (self.ended or 2 * self.last_step >= self.total_steps)

    @property
    def first_step(self) -> int:
        return int(self.steps[0])

    @property
    def last_step(self) -> int:
        return int(self.steps[-1])

    @property
    def start(self) -> float:
        """The loss of the first steps, in which little is learnt yet: warm-up."""
        return float(numpy.median(self.loss[:3]))

    @property
    def end(self) -> float:
        """The training loss of the last tenth."""
        return float(numpy.median(self.loss[-max(3, len(self.loss) // 10) :]))

    @property
    def smooth(self) -> numpy.ndarray:
        """The training loss without single outliers: the median of five steps."""
        return rolling_median(self.loss, 5)

    @property
    def path(self) -> numpy.ndarray:
        """How much of the way is gone after each row, 0 to 1: the sum of the learning rates so far.

        Warm-up and cosine end make the loss flat at both ends whatever is left to learn. Against this sum they do not: an optimizer
        of the Adam kind moves each weight by about the learning rate a step (Kingma & Ba 2015, arXiv:1412.6980, section 2.1).
        """
        way = numpy.cumsum(self.learning_rate)
        return way / way[-1]

    @property
    def validation_path(self) -> numpy.ndarray:
        """The same at each validation."""
        return numpy.interp(self.validation_steps, self.steps, self.path)

    @property
    def example_scatter(self) -> float:
        """Standard deviation of single validation examples' losses, as a share of the validation loss.

        A loss is never negative, and mostly small with a few large ones: 1, as of the exponential distribution, the plainest of that
        kind. While the training examples are not yet learnt by heart (their loss is at least half the validation loss), a step's
        loss is a mean of `batch_size` of them, so that its scatter tells the same: the smaller of the two counts.
        """
        late = self.loss[len(self.loss) // 2 :]
        if not len(self.validation_loss) or self.end < self.validation_loss[-1] / 2:
            return 1.0
        return min(1.0, self.training.batch_size**0.5 * scatter(late) / max(float(numpy.median(late)), 1e-9))

    @property
    def validation_error(self) -> float:
        """Standard error of the validation loss, as a share of it."""
        return self.example_scatter / max(1, self.validation_examples) ** 0.5

    def epoch(self, step: int) -> float:
        """Passes over what is learnt from after that step; a long text is several rows of it."""
        return step * self.training.epochs / self.total_steps


def read(run: Run) -> Curves:
    """The curves of a run, also of one that is being trained.

    Raises FTError `data.missing` or `data.changed` when its dataset is gone, `model.template` or `model.missing` for a broken tokenizer.
    """
    spec = run.spec()
    dataset = Dataset.open(run.folder / run.data()["folder"])
    rows = run.metrics()
    train = [row for row in rows if row["kind"] == "train"]
    held = [row for row in rows if row["kind"] == "validation"]
    error = run.error("train")
    return Curves(
        training=spec.training,
        on_pairs=spec.task == "preference",
        status=_status(run),
        error=error.code if error else None,
        total_steps=_total_steps(run, spec.training, dataset.counts["train"]),
        train_examples=training_rows(spec.training.training_share, dataset.counts["train"]),
        validation_examples=dataset.counts["validation"],
        learnt_tokens=_learnt_tokens(dataset, spec.model, spec.training.max_length),
        usual_rate=usual_rate(spec, architecture(spec.model.base, spec.model.revision)),
        steps=numpy.array([row["step"] for row in train], dtype=int),
        loss=numpy.array([row["loss"] for row in train], dtype=float),
        gradient_norm=_gradient_norms(train),
        learning_rate=numpy.array([row["learning_rate"] for row in train], dtype=float),
        validation_steps=numpy.array([row["step"] for row in held], dtype=int),
        validation_loss=numpy.array([row["loss"] for row in held], dtype=float),
    )


def _status(run: Run) -> Status:
    """The job's; without a job, as when a script trains, what the training has left."""
    job, result = run.job("train"), run.training()
    if job is not None:
        return job.status
    if run.error("train") is not None:
        return "failed"
    return result["status"] if result else "running"


def _total_steps(run: Run, training: TrainSpec, count: int) -> int:
    """Of `count` training examples. Only the training itself knows into how many rows it cuts long texts."""
    job, result = run.job("train"), run.training()
    return (job.total if job else 0) or (result["total_steps"] if result else 0) or plan_steps(training, count)


def _gradient_norms(train: list[dict[str, Any]]) -> numpy.ndarray:
    """Float [rows]. A step that float16 skipped has none: it gets that of its neighbours."""
    norms = numpy.array([row["gradient_norm"] for row in train], dtype=float)
    known = numpy.isfinite(norms)
    places = numpy.arange(len(norms))
    return numpy.interp(places, places[known], norms[known]) if known.any() else numpy.zeros(len(norms))


def _learnt_tokens(dataset: Dataset, model: ModelSpec, max_length: int) -> float | None:
    folder = catalog.base_folder(model.base) or download.cached_tokenizer(model.base, model.revision)
    if folder is None:
        return None
    window = Window(ChatTokenizer.load(folder, model.base, dataset.task == "text"), max_length)
    stored = next(dataset.batches("train"))
    places = numpy.unique(numpy.linspace(0, stored.num_rows - 1, _SAMPLED).astype(int))
    counts = [
        sum(kind == "learnt" for _, kind in view(window, example_of(row)).tokens)
        for row in stored.take(places).to_pylist()
    ]
    return float(numpy.mean(counts))
