"""What the demo's caller says: Piper's voice en_US-joe-medium (dataset CC0), 16-bit at 8 kHz.

Rendered with `piper --length-scale 1.3` (1.5 for the first), then resampled as if recorded at 1/1.22 of its rate, so
that the caller sounds like somebody else than the robot.
"""
