"""What a sweep tries next: Optuna's study of it, kept in a journal file beside the trials, so that a killed sweep goes on.

Never imported by the page: Optuna takes a second. What is measured is the lowest validation loss of a trial, in nats per token.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, Trial, TrialState

from ft_core.errors import FTError
from ft_core.settings.sweep import RangeSpec, SweepSpec
from ft_core.settings.train import TrainSpec

NAME = "sweep"
IMPORTANCE_TRIALS = 5  # finished trials below which nothing is said about which setting matters
_GUIDED = 20  # attempts at settings that were not tried yet by the sampler; after them by chance
_BY_CHANCE = 2000

Settings = dict[str, Any]
Ending = Literal["done", "pruned", "failed"]
_STATES: dict[Ending, TrialState] = {
    "done": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}
_ENDED = tuple(_STATES.values())


@dataclass(frozen=True)
class Candidate:
    """A trial at work: its number, from 1 on, and the settings it has."""

    number: int
    settings: Settings
    trial: Trial

    def report(self, losses: Sequence[float]) -> bool:
        """Tell the validation losses so far, in their order. True: it is worse than the median of the earlier trials at that point.

        Trials are compared by the number of the validation, not by the step: each validates at the same shares of its own schedule.
        """
        known = self.trial.study.get_trials(deepcopy=False)[self.trial.number].intermediate_values
        for place, loss in enumerate(losses, start=1):
            if place not in known and math.isfinite(loss):
                self.trial.report(loss, place)
        return bool(self.trial.should_prune())


@dataclass(frozen=True)
class Ended:
    """A trial that has ended. `value` is its lowest validation loss (nats per token), of a pruned one the lowest so far."""

    number: int
    settings: Settings
    value: float | None
    status: Ending
    error: FTError | None


class Search:
    """The study of one sweep. One process at a time: its caller holds the sweep's lock."""

    def __init__(self, journal: Path, spec: SweepSpec, training: TrainSpec) -> None:
        """Open the study in `journal`, or begin it with the project's own settings where they are within the ranges."""
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.spec = spec
        self.space = {name: _distribution(name, given) for name, given in spec.settings.items()}
        _mend(journal)
        self.study = optuna.create_study(
            study_name=NAME,
            storage=JournalStorage(JournalFileBackend(str(journal), JournalFileOpenLock(str(journal)))),
            pruner=_pruner(spec, training.evaluations),
            direction="minimize",
            load_if_exists=True,
        )
        own = {name: getattr(training, name) for name in spec.settings}
        if not self.study.trials and all(spec.settings[name].holds(value) for name, value in own.items()):
            self.study.enqueue_trial(own)

    @property
    def wanted(self) -> int:
        """How many trials there will be at most: no settings are tried twice."""
        return int(min(self.spec.trials, _combinations(self.space)))

    @property
    def ended(self) -> int:
        """How many trials have ended, in whichever way."""
        return len(self.study.get_trials(deepcopy=False, states=_ENDED))

    def begun(self) -> Candidate | None:
        """The trial that was at work when the sweep was stopped or killed."""
        at_work = self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return self._candidate(Trial(self.study, at_work[0]._trial_id)) if at_work else None

    def next(self) -> Candidate:
        """A new trial."""
        if not self.study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            self.study.enqueue_trial(self._untried())
        return self._candidate(self.study.ask())

    def end(self, number: int, status: Ending, value: float | None = None, error: FTError | None = None) -> None:
        """The trial has ended: done with its lowest validation loss, pruned, or failed with an error."""
        if error is not None:
            trial = Trial(self.study, self.study.get_trials(deepcopy=False)[number - 1]._trial_id)
            trial.set_user_attr("error", error.as_dict())
        self.study.tell(number - 1, value, state=_STATES[status])

    def trials(self) -> list[Ended]:
        """Those that have ended, in the order in which they were begun."""
        found = self.study.get_trials(deepcopy=False, states=_ENDED)
        return [
            Ended(
                trial.number + 1,
                trial.params,
                min(trial.intermediate_values.values(), default=None) if trial.value is None else trial.value,
                next(name for name, state in _STATES.items() if state == trial.state),
                FTError(**trial.user_attrs["error"]) if "error" in trial.user_attrs else None,
            )
            for trial in found
        ]

    def importances(self) -> dict[str, float] | None:
        """Share of each setting in how good the trials are, summing to 1, largest first (PED-ANOVA, Watanabe et al. 2023, arXiv:2304.10255).

        None when there is too little to say: one setting alone, fewer than IMPORTANCE_TRIALS trials that were trained to their end, or all
        of them equally good.
        """
        done = self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(self.space) < 2 or len(done) < IMPORTANCE_TRIALS or len({trial.value for trial in done}) < 2:
            return None
        found = optuna.importance.get_param_importances(self.study)
        return {name: round(share, 4) for name, share in found.items()} if sum(found.values()) > 0 else None

    def _candidate(self, trial: Trial) -> Candidate:
        """Also of a trial that was killed before all of its settings were written."""
        return Candidate(
            trial.number + 1, {name: _suggest(trial, name, self.space[name]) for name in self.space}, trial
        )

    def _untried(self) -> Settings:
        """Settings that no trial has had. The seed of each draw follows from the number of trials, so a resumed sweep tries the same."""
        trials = self.study.get_trials(deepcopy=False)
        tried = [trial.params for trial in trials]
        startup = max(2, self.spec.trials // 3)

        def guided(seed: int) -> BaseSampler:
            return TPESampler(seed=seed, n_startup_trials=startup)

        first = self.spec.seed + len(trials) * (_GUIDED + _BY_CHANCE)
        found: Settings = {}
        for attempt in range(_GUIDED + _BY_CHANCE):
            sampler: Callable[[int], BaseSampler] = guided if attempt < _GUIDED else RandomSampler
            found = _draw(sampler(first + attempt), trials, self.space)
            if found not in tried:
                break
        return found


def _draw(sampler: BaseSampler, trials: list[FrozenTrial], space: dict[str, BaseDistribution]) -> Settings:
    """What the sampler would try after these trials; the study itself is left alone."""
    sketch = optuna.create_study(direction="minimize", sampler=sampler)
    sketch.add_trials(trial for trial in trials if trial.state in _ENDED)
    return {name: _short(value, space[name]) for name, value in sketch.ask(space).params.items()}


def _short(value: Any, within: BaseDistribution) -> Any:
    """A number of any size to three digits: more make no difference to a training, and can be read."""
    if not isinstance(within, FloatDistribution):
        return value
    return min(within.high, max(within.low, float(f"{value:.3g}")))


def _distribution(name: str, given: RangeSpec) -> BaseDistribution:
    if given.values is not None:
        return CategoricalDistribution(given.values)
    assert given.low is not None and given.high is not None
    if TrainSpec.model_fields[name].annotation is int:
        return IntDistribution(int(given.low), int(given.high), log=given.by_log)
    return FloatDistribution(given.low, given.high, log=given.by_log)


def _suggest(trial: Trial, name: str, within: BaseDistribution) -> Any:
    if isinstance(within, CategoricalDistribution):
        return trial.suggest_categorical(name, within.choices)
    if isinstance(within, IntDistribution):
        return trial.suggest_int(name, within.low, within.high, log=within.log)
    assert isinstance(within, FloatDistribution)
    return trial.suggest_float(name, within.low, within.high, log=within.log)


def _combinations(space: dict[str, BaseDistribution]) -> float:
    """How many different settings there are; infinite where one of them is a number of any size."""
    count = 1.0
    for within in space.values():
        if isinstance(within, CategoricalDistribution):
            count *= len(within.choices)
        else:
            count *= within.high - within.low + 1 if isinstance(within, IntDistribution) else math.inf
    return count


def _pruner(spec: SweepSpec, evaluations: int) -> BasePruner:
    """The median rule (Golovin et al. 2017, Google Vizier, section 3.2.2); the first fifth of the validations is within the warm-up."""
    if not spec.prune:
        return NopPruner()
    earlier = min(5, max(2, spec.trials // 4))
    return MedianPruner(n_startup_trials=earlier, n_warmup_steps=max(1, evaluations // 5))


def _mend(journal: Path) -> None:
    """What a killed process left: a torn last line, after which nothing could be read, and the lock, on which the next would wait."""
    journal.with_name(f"{journal.name}.lock").unlink(missing_ok=True)
    if not journal.is_file():
        return
    data = journal.read_bytes()
    if data and not data.endswith(b"\n"):
        with open(journal, "r+b") as file:
            file.truncate(data.rfind(b"\n") + 1)
