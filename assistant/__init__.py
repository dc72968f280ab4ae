"""Answers from the index: generator, prompt, grounding, refusal, history, training and the app in `assistant.ui`."""
