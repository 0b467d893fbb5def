from ft_core.data.shape.columns import spelling_key, statistics


def test_spellings_of_one_label_share_a_key():
    assert (
        len(
            {
                spelling_key(text)
                for text in ("Product question", "product_question", " PRODUCT-Question. ", "product  question!")
            }
        )
        == 1
    )
    assert spelling_key("bug") != spelling_key("bugs")


def test_labels_texts_and_columns_aside():
    assert statistics(["a", "b", "A"] * 5, "kind").is_label
    assert statistics(["a", "b", "A"] * 5, "kind").counts == {"a": 10, "b": 5}
    assert not statistics([f"text {n}" for n in range(30)], "kind").is_label
    assert statistics([str(n) for n in range(30)], "kind").aside
    assert statistics(["Ada", "Bob"] * 9, "customer_name").aside
    assert statistics(["", " "], "kind").aside
    assert not statistics(["1", "2", "3"] * 5, "stars").aside
