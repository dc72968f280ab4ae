def test_generation_is_traced_once_for_all_lengths(toy_generator):
    for prompt in ("a", "the rain", "the rain in the street again"):
        toy_generator.generate(prompt, max_new_tokens=3)
    assert toy_generator.engine.prefill.experimental_get_tracing_count() == 1
    assert toy_generator.engine.step.experimental_get_tracing_count() == 1
