#include <config.h>

#include "manager/fleet_cli.h"

int
main(int argc, char *argv[])
{
	return fleet_cli_run(argc, argv);
}
