"""The speech engines, each behind a port of asr_tts: ears and mouth for the speech worker, encoders for the server."""
