# dist/
