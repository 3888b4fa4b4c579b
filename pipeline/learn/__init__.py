"""Learn: features, heads, calibration, evaluation and the bundle that keeps them."""
