# agent-module/
