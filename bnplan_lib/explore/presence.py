"""Is a person there to move a slider?"""

from __future__ import annotations

import os
import sys


def person_present() -> bool:
    """Return whether the notebook is open in JupyterLab or served by voila.

    A front end with a person lets a cell ask for input; papermill, nbval and
    nbconvert do not. voila does not either, and says who it is.
    """
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return True
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", False))
