#include <config.h>

#include "tests/fuzz/fuzz.h"

char *
fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t i;

	FUZZ_CLAIM(text != NULL);
	for (i = 0; i < size; i++)
		text[i] = data[i] != 0 ? (char)data[i] : ' ';
	text[size] = '\0';
	return text;
}
