# tests/unit: catalogues.
