"""Written by bindings/bindgen/versions.py, as the other packages' versions are."""

__version__ = "0.2.0"
