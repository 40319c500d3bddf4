"""The folder of what the program writes: ``var`` in a checkout, the user's data folder after an installation."""

from pathlib import Path

from platformdirs import user_data_path

# In the distribution this file lies in the package ``netsphere`` (setup.py), beside which there is no pyproject.toml.
IS_CHECKOUT = (Path(__file__).parents[1] / "pyproject.toml").is_file()
# Relative to the working directory in a checkout, else for example ~/.local/share/netsphere.
DATA_FOLDER = Path("var") if IS_CHECKOUT else user_data_path("netsphere", appauthor=False)
