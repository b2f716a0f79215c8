/*
 * catalogue_edit: a catalogue's text, changed in one place.
 *
 * Whoever keeps a catalogue keeps it by hand: comments, order and blanks are
 * theirs.  So nothing is written anew but what is asked for; every other octet
 * stays.  Pure; the text is one that catalogue_read() took, so that it is well
 * formed and without a DOCTYPE.
 */
#ifndef IMGADM_MANAGER_CATALOGUE_EDIT_H
#define IMGADM_MANAGER_CATALOGUE_EDIT_H

#include "lib/base/buf.h"
#include "lib/catalogue/catalogue.h"

/* A draft release; all borrowed. */
struct catalogue_edit {
	const char *software;
	const char *creator;	/* NULL = whoever's, if only one has that id */
	const char *own;	/* the creator of software that names none; may be NULL */
	const char *version;
	uint32_t seq;		/* 0 = the next hundred above the highest there is */
	uint64_t size;
	const char *sha256, *file;	/* hexadecimal; a name without folders */
};

/*
 * Write xml into ret (limit set by the caller) with one <release> more, behind
 * the last one of its software and indented as that is.
 *   -ENOENT	no such software in this catalogue
 *   -ENOTUNIQ	it has two creators' software of this id
 *   -ERANGE	no number is left above the highest
 */
int catalogue_edit_add(const char *xml, size_t len, const struct catalogue_edit *r,
	struct buf *ret, uint32_t *ret_seq, struct err *e);

/* Write xml into ret with the serial raised by one, and issued today.  -ERANGE. */
int catalogue_edit_bump(const char *xml, size_t len, const char *issued, struct buf *ret,
	uint32_t *ret_serial, struct err *e);

#endif
