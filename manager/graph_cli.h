/*
 * graph_cli: imgadm-graph, all but its main.
 */
#ifndef IMGADM_MANAGER_GRAPH_CLI_H
#define IMGADM_MANAGER_GRAPH_CLI_H

/* Returns the exit status. */
int graph_cli_run(int argc, char *argv[]);

#endif
