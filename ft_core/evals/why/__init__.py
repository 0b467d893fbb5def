"""Why one answer was given: which prompt tokens it leaned on, and where base and tuned model differ."""
