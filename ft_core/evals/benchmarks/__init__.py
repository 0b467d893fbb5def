"""ARC, HellaSwag, MMLU and TruthfulQA by lm-evaluation-harness's own task logic, base against tuned on the same questions.

The page may import `known`, `rows`, `sources` and `detectable`; `measure.measure` is for a job's process: it loads torch and lm_eval when called.
"""
