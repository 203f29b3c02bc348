"""Sound on the wire: RTP, codecs, mixing and recording, in a process of its own."""
