"""Signalling: sippy inside asyncio."""
