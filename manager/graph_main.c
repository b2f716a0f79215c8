#include <config.h>

#include "manager/graph_cli.h"

int
main(int argc, char *argv[])
{
	return graph_cli_run(argc, argv);
}
