#include <config.h>

#include "manager/graph_theme.h"

const char *
graph_theme_colour(enum graph_theme theme, enum graph_colour colour)
{
	static const char *const colours[][2] = {
		[GRAPH_COLOUR_USE] = { "0072B2", "56B4E9" },
		[GRAPH_COLOUR_SILENCE] = { "8A8A8A", "9AA0A6" },
		[GRAPH_COLOUR_NOW] = { "777777", "8B949E" },
		[GRAPH_COLOUR_BASE] = { "777777", "8B949E" },
	};

	return colours[colour][theme];
}

const char *
graph_theme_severity(enum graph_theme theme, enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFORMATION:
		return theme == GRAPH_LIGHT ? "7FBDE6" : "7FA6BF";
	case SEVERITY_WARNING:
		return "F0E442";
	case SEVERITY_ERROR:
		return "E69F00";
	case SEVERITY_SERVICE_CALL:
		return theme == GRAPH_LIGHT ? "A63A00" : "D55E00";
	}
	return "000000";
}

struct graph_stroke
graph_theme_stroke(enum graph_theme theme, size_t n)
{
	static const struct {
		const char *colour[2];
		double width;
		const char *dashes;
	} strokes[GRAPH_STROKES] = {
		{ { "0072B2", "4EA5E0" }, 2.2, "" },
		{ { "D55E00", "E8743B" }, 1.2, "" },
		{ { "009E73", "2FC79A" }, 2.0, ":dashes=16,3" },
		{ { "CC79A7", "DE9CC2" }, 3.0, "" },
		{ { "A87400", "E6B422" }, 1.6, ":dashes=12,3,3,3" },
		{ { "3A9BD9", "9AD4F5" }, 1.4, ":dashes=7,2" },
		{ { "222222", "E6E6E6" }, 1.4, ":dashes=14,3,2,3,2,3" },
	};

	n %= GRAPH_STROKES;
	return (struct graph_stroke){
		.colour = strokes[n].colour[theme],
		.width = strokes[n].width,
		.dashes = strokes[n].dashes,
	};
}

void
graph_theme_add(struct graph_args *a, enum graph_theme theme, enum graph_size size,
	enum graph_format format)
{
	static const struct {
		const char *part, *colour[2];
	} parts[] = {
		{ "BACK", { "FFFFFF", "15191E" } },
		{ "CANVAS", { "FFFFFF", "15191E" } },
		{ "FONT", { "1F2328", "E2E6EA" } },
		{ "GRID", { "ECECEC", "262C33" } },
		{ "MGRID", { "D0D0D0", "3A424B" } },
		{ "AXIS", { "8A8A8A", "7A828A" } },
		{ "FRAME", { "8A8A8A", "7A828A" } },
		{ "ARROW", { "FFFFFF", "15191E" } },
		{ "SHADEA", { "FFFFFF", "15191E" } },
		{ "SHADEB", { "FFFFFF", "15191E" } },
	};
	size_t i;
	int more = size == GRAPH_LARGE ? 3 : 0;

	graph_args_add(a, "--imgformat=%s", format == GRAPH_PNG ? "PNG" : "SVG");
	graph_args_add(a, "--width=%d", size == GRAPH_LARGE ? 1200 : 600);
	graph_args_add(a, "--height=%d", size == GRAPH_LARGE ? 400 : 200);
	graph_args_add(a, "--border=6");
	graph_args_add(a, "--disable-rrdtool-tag");
	graph_args_add(a, "--font=TITLE:%d:DejaVu Sans Bold", 11 + more);
	graph_args_add(a, "--font=AXIS:%d:DejaVu Sans", 8 + more);
	graph_args_add(a, "--font=UNIT:%d:DejaVu Sans", 8 + more);
	/* The legend's columns stand below each other only in one width. */
	graph_args_add(a, "--font=LEGEND:%d:DejaVu Sans Mono", 8 + more);
	graph_args_add(a, "--font=WATERMARK:%d:DejaVu Sans", 7 + more);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		graph_args_add(a, "--color=%s#%s", parts[i].part, parts[i].colour[theme]);
}
