#include <config.h>

#include "agent-module/device_cli.h"

int
main(int argc, char *argv[])
{
	return device_cli_run(argc, argv);
}
