#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "updater/update_cli.h"
#include "updater/update_image.h"
#include "updater/update_label.h"

int
update_image_comment(void *user, int argc, char *argv[])
{
	enum { CATALOGUE = UPDATE_KEY_OWN, CREATOR, OPERATOR };
	static const struct option_row rows[] = {
		{ CATALOGUE, "catalogue", "FILE", "another one, to which CATALOGUE refers" },
		{ CREATOR, "creator", "ID", "whose software, where two have one of this id" },
		{ OPERATOR, "operator", NULL, "the comment for the operator's signature" },
		CLI_OPTION_END,
	};
	static const struct options options = {
		.program = "imgadm-update image comment",
		.usage = "[--catalogue FILE] [--creator ID] [--operator] CATALOGUE SOFTWARE VERSION",
		.summary = "Print the trusted comment with which an image is signed.",
		.rows = rows,
		.more = "minisign -Sm IMAGE -t \"$(imgadm-update image comment CATALOGUE SOFTWARE"
			" VERSION)\"\nCATALOGUE is the file of a catalogue, such as acme.xml.\n",
	};
	const char *files[CATALOGUE_SET_MAX], *creator = NULL;
	struct update_set set = { .count = 0 };
	struct image_label label;
	bool operator = false;
	struct options_pass p;
	struct err e = { "" };
	size_t count = 1;
	struct buf b;
	int rc, status;

	options_begin(&p, &options, argc, argv);
	while ((rc = update_cli_option(user, &p, 3, 3, &status)) > 0) {
		if (rc == CATALOGUE && count < CATALOGUE_SET_MAX)
			files[count++] = p.argument;
		else if (rc == CREATOR)
			creator = p.argument;
		else if (rc == OPERATOR)
			operator = true;
	}
	if (rc < 0)
		return status;
	files[0] = argv[p.index];
	if (access(files[0], R_OK) < 0) {
		log_error("%s: %s: CATALOGUE is a file, such as acme.xml; "
			"imgadm-judge catalogue list names those in force", files[0], strerror(errno));
		return EXIT_USAGE;
	}
	buf_init(&b, SIGN_FILE_MAX);
	rc = update_set_read(&set, files, count, &e);
	if (rc == 0)
		rc = update_label_make(set.set, creator, argv[p.index + 1], argv[p.index + 2],
			&label, &e);
	if (rc == 0)
		rc = operator ? image_operator_write(&label, &b, &e) :
			image_label_write(&label, &b, &e);
	if (rc == 0)
		(void)printf("%s\n", buf_text(&b));
	buf_release(&b);
	update_set_release(&set);
	if (rc == 0)
		return EXIT_DONE;
	log_err(&e);
	return rc == -ENOMEM || rc == -EIO ? EXIT_STORAGE : EXIT_USAGE;
}
