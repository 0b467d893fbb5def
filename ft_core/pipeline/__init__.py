"""The main job: prepare, train, evaluate. What `run` and the tabs call. Torch is imported only by the jobs themselves."""
