"""What each score is called, what it means, and which way is better. Without libraries: the page may import it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class MetricInfo(BaseModel):
    """One score. `share` is true of a share between 0 and 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    meaning: str
    better: Literal["higher", "lower"] = "higher"


_LOSS = {
    "loss": MetricInfo(
        title="Loss",
        meaning="How surprised the model is by the right answers, in nats per token, the end of the answer included.",
        better="lower",
    ),
    "perplexity": MetricInfo(
        title="Perplexity",
        meaning="exp(loss): between how many equally likely tokens the model wavers, on average, when it writes the right answer.",
        better="lower",
    ),
}
CLASSIFICATION = {
    "accuracy": MetricInfo(
        title="Accuracy", meaning="Share of messages for which the right label is the likeliest of all labels."
    ),
    "f1_macro": MetricInfo(
        title="Macro F1", meaning="Balance of precision and recall, every label counted alike, however rare."
    ),
    "precision_macro": MetricInfo(
        title="Macro precision",
        meaning="Of the messages given a label, the share that truly have it; mean over labels.",
    ),
    "recall_macro": MetricInfo(
        title="Macro recall",
        meaning="Of the messages that truly have a label, the share that was given it; mean over labels.",
    ),
    "accuracy_written": MetricInfo(
        title="Accuracy of the written answer",
        meaning="Share of messages for which the model wrote the right label by itself.",
    ),
    "f1_micro_written": MetricInfo(
        title="Micro F1 of the written answer",
        meaning="Balance of precision and recall over all written labels together: answers that are no label cost recall only.",
    ),
    "label_validity": MetricInfo(
        title="Answered with a label",
        meaning="Share of messages for which the model wrote one of the labels, right or wrong.",
    ),
    **_LOSS,
}
# What a classification head has a score in: it writes nothing, so the others are absent.
HEAD = {name: CLASSIFICATION[name] for name in ("accuracy", "f1_macro", "precision_macro", "recall_macro")}
PLAIN_TEXT = {
    "loss": MetricInfo(
        title="Loss",
        meaning="How surprised the model is by texts that it has not seen, in nats per token, the end of the text included.",
        better="lower",
    ),
    "perplexity": MetricInfo(
        title="Perplexity",
        meaning="exp(loss): between how many equally likely tokens the model wavers, on average, at each token of the texts.",
        better="lower",
    ),
}
PREFERENCE = {
    "preferred": MetricInfo(
        title="Better answer preferred",
        meaning="Share of pairs in which the better answer is likelier than the worse one.",
    ),
    "margin": MetricInfo(
        title="Margin",
        meaning="By how many nats the log-probability of the better answer is above that of the worse one, on average.",
    ),
    "loss": _LOSS["loss"].model_copy(update={"title": "Loss of the better answers"}),
}
TEXT = {
    **_LOSS,
    "exact_match": MetricInfo(
        title="Exact match",
        meaning="Share of answers that are the expected text but for case, spaces, punctuation and the articles a, an and the.",
    ),
    "token_f1": MetricInfo(
        title="Word F1",
        meaning="Words that answer and expected text share, articles left out: balance of precision and recall; mean over examples.",
    ),
    "rouge1": MetricInfo(
        title="ROUGE-1",
        meaning="Single words that answer and expected text share, as ROUGE counts them; mean F-measure over examples.",
    ),
    "rouge2": MetricInfo(
        title="ROUGE-2", meaning="Pairs of neighbouring words that both share; mean F-measure over examples."
    ),
    "rougeL": MetricInfo(
        title="ROUGE-L",
        meaning="The longest row of words that both have in the same order; mean F-measure over examples.",
    ),
    "bleu": MetricInfo(
        title="BLEU",
        meaning="Runs of one to four words of the answers that the expected texts hold, 0 to 100, over all examples together.",
    ),
    "chrf": MetricInfo(
        title="chrF",
        meaning="Runs of one to six characters that answers and expected texts share, 0 to 100: kinder than BLEU to other word endings.",
    ),
}
