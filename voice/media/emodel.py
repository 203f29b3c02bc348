"""What a listener thinks of a line: the E-model (ITU-T G.107), simplified to what a network changes. Pure."""

_BASE = 93.2
"""Rating of a perfect line with G.107's default values."""
_ROBUSTNESS = {"PCMU": (0.0, 25.1), "PCMA": (0.0, 25.1), "G722": (0.0, 19.0)}
"""Equipment impairment and packet loss robustness (G.113 Appendix I; G.711 with Appendix I concealment)."""


def rating(codec: str, lost: float, burst: float, delay_ms: float) -> float:
    """Return R (0-100) from the share of packets lost (0-1), their burst ratio (1: random) and the one-way delay."""
    impairment, robustness = _ROBUSTNESS.get(codec, (0.0, 10.0))
    percent = 100.0 * min(max(lost, 0.0), 1.0)
    burst = max(burst, 1.0)
    if percent:
        impairment += (95.0 - impairment) * percent / (percent / burst + robustness)
    delay = 0.024 * delay_ms + (0.11 * (delay_ms - 177.3) if delay_ms > 177.3 else 0.0)
    return min(max(_BASE - impairment - delay, 0.0), 100.0)


def mos(value: float) -> float:
    """Turn a rating R into a mean opinion score, 1-4.5 (G.107 Annex B)."""
    if value <= 0:
        return 1.0
    return max(1 + 0.035 * value + value * (value - 60) * (100 - value) * 7e-6, 1.0)
