# tests/unit: the judge.
