"""The app: Gradio Blocks around `assistant`. Gradio is imported nowhere else, and HTML is made only in `render`."""

import os
from pathlib import Path

# Read by Gradio when it is imported: no usage statistics leave the machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

ASSETS = Path(__file__).parent / "assets"  # style sheets, scripts and icons
