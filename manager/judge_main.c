#include <config.h>

#include "manager/judge_cli.h"

int
main(int argc, char *argv[])
{
	return judge_cli_run(argc, argv);
}
