"""bnplan."""
