# tests/replay/
