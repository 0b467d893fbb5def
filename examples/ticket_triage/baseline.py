"""What a classical classifier reaches on the same messages, to have something to compare with.

    python examples/ticket_triage/baseline.py

It counts words and pairs of words (TF-IDF) and fits a logistic regression. That takes seconds and no GPU.
"""

import argparse
import html
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, classification_report, f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline


def clean_rows() -> pd.DataFrame:
    """The usable rows, with columns message, label and group. Near duplicates have the same group."""
    rows = pd.read_csv(Path(__file__).parent / "tickets.csv", keep_default_na=False)
    text = rows["message"].str.replace(r"<[^>]+>", " ", regex=True).map(html.unescape)
    rows["message"] = text.str.replace(r"\s+", " ", regex=True).str.strip()
    rows["label"] = rows["label"].str.replace("_", " ").str.strip().str.lower()
    rows = rows[(rows["message"] != "") & (rows["label"] != "")]
    rows = rows.drop_duplicates("message").reset_index(drop=True)
    # Two messages are near duplicates when their letter sequences hardly differ (cosine above 0.8).
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(rows["message"])
    rows["group"] = connected_components((letters @ letters.T) > 0.8, directed=False)[1]
    return rows[["message", "label", "group"]]


def split(rows: pd.DataFrame, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the training rows and of the 20 % test rows; no group is on both sides."""
    folds = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=seed)
    return next(iter(folds.split(rows["message"], rows["label"], rows["group"])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=42, help="decides which rows are in the test split")
    rows = clean_rows()
    train, test = split(rows, parser.parse_args().seed)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=1000)
    )
    model.fit(rows["message"].iloc[train], rows["label"].iloc[train])
    true, guess = rows["label"].iloc[test], model.predict(rows["message"].iloc[test])

    named = [label.split()[0] in message.lower() for message, label in zip(rows["message"], rows["label"], strict=True)]
    print(f"usable rows                     {len(rows)}, {len(train)} to train and {len(test)} to test")
    print(f"words in a message              {rows['message'].str.split().str.len().mean():.1f} on average")
    print(f"messages that name their label  {np.mean(named):.1%}")
    print(f"always the largest label        accuracy {np.mean(true == rows['label'].iloc[train].mode()[0]):.3f}")
    print(
        f"TF-IDF + logistic regression    accuracy {accuracy_score(true, guess):.3f}  macro F1 {f1_score(true, guess, average='macro'):.3f}"
    )
    print()
    print(classification_report(true, guess, digits=3))


if __name__ == "__main__":
    main()
