"""More data: rows made from the training split, checked, decided by the person, and learnt from only when accepted."""
