import pytest

from assistant.training.data.texts import Text

PLANTS = ["Sage", "Mint", "Thyme", "Basil", "Dill", "Oak", "Birch", "Maple", "Pine", "Elm", "Rose", "Lily"]


def made_up_texts(count: int = 60) -> list[Text]:
    """Small made-up documents: questions and answers about plants, summaries, and prose."""
    texts = []
    for n in range(count):
        plant, other = PLANTS[n % len(PLANTS)], PLANTS[(n * 5 + 1) % len(PLANTS)]
        body = (
            f"{plant} number {n} grows to {n + 3} metres. It likes the soil of region {n * 7}. "
            f"Gardeners plant it beside {other}, because both need water every {n % 9 + 2} days. "
            "It must be cut back in spring.\n\nCare includes:\n\n- watering\n- pruning"
        )
        texts.append(Text("medquad", f"medquad/{plant}{n}", body, f"How does {plant} {n} grow?", True, {"area": plant}))
        texts.append(Text("wikipedia", f"wikipedia/{plant} {n}", body, f"{plant} {n}"))
        texts.append(Text("garden", f"prose/{plant} {n}", f"# {plant} {n}\n\n" + body * 8, f"{plant} {n}"))
    return texts


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """Made-up texts, prepared with a vocabulary of 400."""
    from assistant.training.data.preparation import prepare

    return prepare(tmp_path_factory.mktemp("prepared"), made_up_texts(), 400)


@pytest.fixture(scope="session")
def wide_preset(toy_preset, tmp_path_factory):
    """The toy preset's vocabulary with a window that holds passages, 256 tokens, and no dropout."""
    from assistant.generation import presets
    from assistant.generation.engine.keras_engine import build_model
    from assistant.training.runs.export import save

    sizes = presets.validate(toy_preset) | {"max_sequence_length": 256, "dropout": 0.0}
    return save(build_model(sizes), toy_preset, tmp_path_factory.mktemp("presets") / "wide")
