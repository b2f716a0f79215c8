#include <config.h>

#include "updater/update_cli.h"

int
main(int argc, char *argv[])
{
	return update_cli_run(argc, argv);
}
