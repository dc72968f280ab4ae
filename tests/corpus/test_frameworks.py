import subprocess
import sys

import pytest

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
sys.path.insert(0, {root!r})
from corpus.frameworks import importing_tensorflow
try:
    with importing_tensorflow():
        import tensorflow
        print("greeting of a script", file=sys.stderr)
        {then}
except RuntimeError as error:
    print("raised", error)
print([name for name in sys.modules if name in ("triton", "tensorflow")])
print("after", file=sys.stderr)
"""


@pytest.mark.parametrize("fails", [False, True])
def test_triton_comes_first_and_only_native_messages_are_dropped(tmp_path, pytestconfig, fails):
    (tmp_path / "triton.py").write_text("")
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'native noise')\n")
    then = "raise RuntimeError('broken')" if fails else "pass"
    script = SCRIPT.format(folder=str(tmp_path), root=str(pytestconfig.rootpath), then=then)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "['triton', 'tensorflow']" in run.stdout
    assert ("raised broken" in run.stdout) == fails
    assert run.stderr.splitlines() == ["greeting of a script", "after"]
