# updater/
