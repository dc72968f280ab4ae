import numpy as np
import torch

from assistant.training.pretrain import validation
from assistant.training.pretrain.induction import plant, rates
from assistant.training.pretrain.network import GPT2
from assistant.training.pretrain.plans import PLANS
from assistant.training.pretrain.tasks import Drills, Marks


def accuracy(network, drills, length):
    def judge(examples):
        hits = [network.losses(torch.tensor([i]), torch.tensor([w[1:]]))[1].numpy() for i, w in examples]
        return np.concatenate(hits), np.zeros(1)

    with torch.no_grad():
        return validation.drilled(judge, drills, length, count=4)


def test_a_planted_network_copies_and_looks_up_before_any_training():
    torch.manual_seed(0)
    network = GPT2({**PLANS["interim"].sizes, "num_layers": 2, "vocabulary_size": 3000})
    drills = Drills(Marks((1,), (2,), (3,), (4,), 2999), 3000)
    before = accuracy(network, drills, 128)
    assert plant(network)
    for length in (128, 512):
        after = accuracy(network, drills, length)
        assert before["copying"] < 0.1
        assert after["copying"] > 0.85
        assert after["looking_up"] > 0.7


def test_a_network_too_small_for_the_circuit_is_left_alone():
    network = GPT2(PLANS["tiny"].sizes)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert not plant(network)
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_positions_look_alike_only_to_themselves():
    angles = torch.arange(1024)[:, None] * rates(32)
    likeness = torch.cos(angles - angles[500]).mean(1)
    others = torch.cat((likeness[:500], likeness[501:]))
    assert float(likeness[500]) == 1.0
    assert float(others.max()) < 0.6
