import numpy as np
import pytest


def test_hugging_faces_gpt2_with_the_same_weights_agrees(toy_generator, toy_preset, tmp_path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    import keras_nlp

    model = keras_nlp.models.GPT2CausalLM.from_preset(str(toy_preset))
    model.export_to_transformers(str(tmp_path))
    other = transformers.GPT2LMHeadModel.from_pretrained(str(tmp_path)).eval()
    ids = toy_generator.encode("the rain in the street")
    inputs = {"token_ids": np.array([ids]), "padding_mask": np.ones((1, len(ids)), int)}
    with torch.no_grad():
        logits = other(torch.tensor([ids])).logits.numpy()
        greedy = other.generate(
            torch.tensor([ids]), max_new_tokens=20, do_sample=False, eos_token_id=toy_generator.tokenizer.end
        )
    assert np.abs(toy_generator.engine.model(inputs).numpy() - logits).max() < 1e-4
    written = list(toy_generator.tokens(ids, max_new_tokens=20))
    assert greedy[0, len(ids) : len(ids) + len(written)].tolist() == written
    assert len(written) > 5
