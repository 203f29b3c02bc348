"""The speech engines, each behind a port of asr_tts; imported by the speech worker only."""
