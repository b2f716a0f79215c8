/*
 * catalogue_rng: the reader's table of elements as a RELAX NG schema: what
 * dist/imgadm-catalogue.rng has to be.
 */
#ifndef IMGADM_TESTS_UNIT_CATALOGUE_RNG_H
#define IMGADM_TESTS_UNIT_CATALOGUE_RNG_H

#include "lib/base/buf.h"

void catalogue_rng(struct buf *b);

#endif
