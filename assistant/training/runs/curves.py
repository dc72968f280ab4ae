"""The curves of a run as a picture."""

from pathlib import Path

from assistant.training.runs.journal import by_step, read

PICTURE = "curves.png"


def draw(folder: Path) -> Path:
    """Draws the losses of training and validation against steps into the run's folder; returns the picture's path."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel="loss (nats a token)")
    lines = by_step(read(folder))
    for key, label, marker in (("loss", "training", ""), ("validation_loss", "validation", "o")):
        points = [(line["step"], line[key]) for line in lines if key in line]
        if points:
            axes.plot(*zip(*points, strict=True), label=label, marker=marker, markersize=3)
            axes.legend()
    axes.grid(alpha=0.3)
    path = Path(folder) / PICTURE
    figure.savefig(path, dpi=120)
    return path
