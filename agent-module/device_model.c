#include <config.h>

#include "agent-module/device_model.h"

#include <string.h>

#include "agent-module/device_chance.h"
#include "agent-module/state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- C650: a colour machine with finisher ------------------------------------ */

static const struct model_unit C650_UNITS[] = {
	{ "CTL", "DEV", UNIT_TYPE_CONTROLLER, "controller", "C650-ctl", "K", "AB",
		USE_HOURS, 0, 0, 0, 0, false, "controller-fw", { "13.2", "13.1" } },
	{ "ENG", "DEV", UNIT_TYPE_ENGINE, "print engine, colour, 65 pages a minute", "E-30",
		"E", "AB", USE_IMPRESSIONS, 1000, 3000000, 0, 0, false, "engine-fw",
		{ "G00-21", "G00-20" } },
	{ "FED", "ENG", UNIT_TYPE_PAPER_FEED, "paper path", "C650-feed", "7", "AAB",
		USE_SHEETS, 600, 1500000, 0, 0, false, NULL, { NULL, NULL } },
	{ "TR1", "FED", UNIT_TYPE_INPUT_TRAY, "tray 1, A4", "T-500", "T", NULL,
		USE_SHEETS, 420, 0, 0, 0, false, NULL, { NULL, NULL } },
	{ "TR2", "FED", UNIT_TYPE_INPUT_TRAY, "tray 2, A3", "T-500", "T", NULL,
		USE_SHEETS, 180, 0, 0, 0, false, NULL, { NULL, NULL } },
	{ "DUP", "ENG", UNIT_TYPE_DUPLEXER, "duplexer", "DX-2", "X", NULL,
		USE_SHEETS, 400, 0, 0, 0, false, NULL, { NULL, NULL } },
	{ "FUS", "ENG", UNIT_TYPE_FUSER, "fuser", "F-30", "F", "ABC",
		USE_IMPRESSIONS, 1000, 300000, 97, 98, true, NULL, { NULL, NULL } },
	{ "TRB", "ENG", UNIT_TYPE_TRANSFER, "transfer belt", "B-12", "B", "A",
		USE_IMPRESSIONS, 1000, 240000, 20, 80, true, NULL, { NULL, NULL } },
	{ "PCK", "ENG", UNIT_TYPE_PHOTOCONDUCTOR, "photoconductor, black", "P-7", "P", NULL,
		USE_IMPRESSIONS, 1000, 120000, 30, 90, true, NULL, { NULL, NULL } },
	{ "DVC", "ENG", UNIT_TYPE_DEVELOPER, "toner, cyan", "TN-65C", "C", NULL,
		USE_IMPRESSIONS, 450, 12000, 75, 88, true, NULL, { NULL, NULL } },
	{ "DVM", "ENG", UNIT_TYPE_DEVELOPER, "toner, magenta", "TN-65M", "M", NULL,
		USE_IMPRESSIONS, 430, 12000, 40, 80, true, NULL, { NULL, NULL } },
	{ "DVY", "ENG", UNIT_TYPE_DEVELOPER, "toner, yellow", "TN-65Y", "Y", NULL,
		USE_IMPRESSIONS, 400, 12000, 20, 70, true, NULL, { NULL, NULL } },
	{ "DVK", "ENG", UNIT_TYPE_DEVELOPER, "toner, black", "TN-65K", "K", NULL,
		USE_IMPRESSIONS, 1000, 24000, 50, 80, true, NULL, { NULL, NULL } },
	{ "SCN", "DEV", UNIT_TYPE_SCANNER, "scanner", "S-12", "S", "A",
		USE_IMPRESSIONS, 280, 900000, 0, 0, false, "scanner-fw", { "4.07", "4.05" } },
	{ "ADF", "SCN", UNIT_TYPE_DOCUMENT_FEEDER, "document feeder", "D-7", "D", NULL,
		USE_SHEETS, 260, 1000000, 0, 0, false, NULL, { NULL, NULL } },
	{ "FIN", "DEV", UNIT_TYPE_FINISHER, "finisher: staple, fold", "FS-5", "F0", "AAB",
		USE_SHEETS, 240, 1000000, 0, 0, false, "finisher-fw", { "1.10", "1.08" } },
	{ "PNL", "CTL", UNIT_TYPE_PANEL, "operator panel", "PN-3", "N", NULL,
		USE_HOURS, 0, 0, 0, 0, false, "panel-fw", { "7.5", NULL } },
	{ "NIC", "CTL", UNIT_TYPE_NETWORK_INTERFACE, "network interface", "NI-1000", "02", NULL,
		USE_NOT_COUNTED, 0, 0, 0, 0, false, "nic-fw", { "2.3.1", NULL } },
	{ "PRN", "DEV", UNIT_TYPE_PRINT, "print", "", NULL, NULL,
		USE_IMPRESSIONS, 760, 0, 0, 0, false, NULL, { NULL, NULL } },
	{ "CPY", "DEV", UNIT_TYPE_COPY, "copy", "", NULL, NULL,
		USE_IMPRESSIONS, 240, 0, 0, 0, false, NULL, { NULL, NULL } },
	{ "SCF", "DEV", UNIT_TYPE_SCAN, "scan to folder or mail", "", NULL, NULL,
		USE_IMPRESSIONS, 90, 0, 0, 0, false, NULL, { NULL, NULL } },
};

static const struct model_reading C650_READINGS[] = {
	{ "FUS", "temperature", "C", -1, 1750, 1950, 1850, 12, 0 },
	{ "FUS", "warm-up time", "s", -1, 100, 320, 240, 6, 0 },
	{ "ENG", "humidity", "%", 0, 20, 70, 46, 1, 0 },
	{ "ENG", "waste toner", "%", -1, 0, 900, 0, 2, 14 },
	{ "FED", "feed torque", "mNm", 0, 80, 200, 132, 4, 0 },
	{ "TRB", "drive torque", "mNm", 0, 100, 260, 170, 5, 0 },
	{ "SCN", "lamp", "%", 0, 60, 100, 91, 1, 0 },
	{ "NIC", "retransmissions", "per 1000", 0, 0, 25, 3, 1, 0 },
	{ "PRN", "retries", "per 1000", 0, 0, 30, 4, 1, 0 },
};

static const struct model_error C650_ERRORS[] = {
	{ "FED", "J-1101", "paper jam at the pick-up of tray 1", SEVERITY_WARNING, 70, NULL, true },
	{ "FED", "J-1102", "paper jam at the pick-up of tray 2", SEVERITY_WARNING, 45, NULL, true },
	{ "FED", "J-1204", "paper jam before registration", SEVERITY_WARNING, 30, NULL, true },
	{ "FUS", "J-1501", "paper jam at the fuser's exit", SEVERITY_WARNING, 12, "FUS", true },
	{ "DUP", "J-1602", "paper jam in the duplexer", SEVERITY_WARNING, 22, NULL, true },
	{ "FIN", "J-1708", "paper jam at the finisher's entry", SEVERITY_WARNING, 28, NULL, true },
	{ "FIN", "C-1121", "stapler motor is slow", SEVERITY_ERROR, 7, NULL, false },
	{ "ADF", "J-6101", "document jam", SEVERITY_WARNING, 26, NULL, true },
	{ "TR1", "P-0001", "tray 1 is empty", SEVERITY_INFORMATION, 85, NULL, false },
	{ "TR2", "P-0002", "tray 2 is empty", SEVERITY_INFORMATION, 36, NULL, false },
	{ "FUS", "C-2557", "fuser does not reach its temperature in time", SEVERITY_ERROR, 40,
		"FUS", false },
	{ "FUS", "C-2558", "fuser's temperature swings", SEVERITY_WARNING, 60, "FUS", false },
	{ "ENG", "C-2101", "image density was corrected", SEVERITY_INFORMATION, 35, NULL, false },
	{ "ENG", "C-2204", "polygon motor locked late", SEVERITY_ERROR, 9, NULL, false },
	{ "SCN", "C-6104", "scanner lamp was adjusted", SEVERITY_INFORMATION, 16, NULL, false },
	{ "CTL", "S-0420", "job was cut short: out of memory", SEVERITY_ERROR, 10, NULL, false },
	{ "NIC", "N-0102", "link went down and came back", SEVERITY_WARNING, 12, NULL, false },
	{ "PRN", "S-0131", "job was sent again by its host", SEVERITY_WARNING, 24, NULL, false },
};

/* --- P40: a small black-and-white printer --------------------------------------- */

static const struct model_unit P40_UNITS[] = {
	{ "CTL", "DEV", UNIT_TYPE_CONTROLLER, "controller", "P40-ctl", "K", "A",
		USE_HOURS, 0, 0, 0, 0, false, "controller-fw", { "9.4", "9.3" } },
	{ "ENG", "DEV", UNIT_TYPE_ENGINE, "print engine, black, 40 pages a minute", "E-11",
		"E", "AB", USE_IMPRESSIONS, 1000, 400000, 0, 0, false, "engine-fw",
		{ "D04-11", NULL } },
	{ "FUS", "ENG", UNIT_TYPE_FUSER, "fuser", "F-9", "F", "AB",
		USE_IMPRESSIONS, 1000, 100000, 60, 97, true, NULL, { NULL, NULL } },
	{ "PCK", "ENG", UNIT_TYPE_PHOTOCONDUCTOR, "photoconductor", "P-2", "P", NULL,
		USE_IMPRESSIONS, 1000, 30000, 40, 90, true, NULL, { NULL, NULL } },
	{ "DVK", "ENG", UNIT_TYPE_DEVELOPER, "toner, black", "TN-40", "K", NULL,
		USE_IMPRESSIONS, 1000, 8000, 55, 85, true, NULL, { NULL, NULL } },
	{ "TR1", "ENG", UNIT_TYPE_INPUT_TRAY, "tray 1", "T-250", "T", NULL,
		USE_SHEETS, 800, 0, 0, 0, false, NULL, { NULL, NULL } },
	{ "DUP", "ENG", UNIT_TYPE_DUPLEXER, "duplexer", "DX-1", "X", NULL,
		USE_SHEETS, 250, 0, 0, 0, false, NULL, { NULL, NULL } },
	{ "NIC", "CTL", UNIT_TYPE_NETWORK_INTERFACE, "network interface", "NI-100", "02", NULL,
		USE_NOT_COUNTED, 0, 0, 0, 0, false, "nic-fw", { "2.3.1", NULL } },
	{ "PRN", "DEV", UNIT_TYPE_PRINT, "print", "", NULL, NULL,
		USE_IMPRESSIONS, 1000, 0, 0, 0, false, NULL, { NULL, NULL } },
};

static const struct model_reading P40_READINGS[] = {
	{ "FUS", "temperature", "C", -1, 1700, 1950, 1820, 14, 0 },
	{ "ENG", "humidity", "%", 0, 20, 70, 44, 1, 0 },
	{ "TR1", "feed torque", "mNm", 0, 60, 160, 98, 4, 0 },
	{ "PRN", "retries", "per 1000", 0, 0, 30, 5, 1, 0 },
};

static const struct model_error P40_ERRORS[] = {
	{ "TR1", "J-0101", "paper jam at the pick-up", SEVERITY_WARNING, 150, NULL, true },
	{ "DUP", "J-0602", "paper jam in the duplexer", SEVERITY_WARNING, 60, NULL, true },
	{ "FUS", "J-0501", "paper jam at the fuser's exit", SEVERITY_WARNING, 40, "FUS", true },
	{ "TR1", "P-0001", "tray is empty", SEVERITY_INFORMATION, 320, NULL, false },
	{ "FUS", "C-0557", "fuser does not reach its temperature in time", SEVERITY_ERROR, 90,
		"FUS", false },
	{ "ENG", "C-0204", "polygon motor locked late", SEVERITY_ERROR, 30, NULL, false },
	{ "CTL", "S-0420", "job was cut short: out of memory", SEVERITY_ERROR, 40, NULL, false },
	{ "NIC", "N-0102", "link went down and came back", SEVERITY_WARNING, 50, NULL, false },
};

static const struct model MODELS[] = {
	{ "C650", 900, 900000, C650_UNITS, COUNT(C650_UNITS), C650_READINGS,
		COUNT(C650_READINGS), C650_ERRORS, COUNT(C650_ERRORS) },
	{ "P40", 320, 120000, P40_UNITS, COUNT(P40_UNITS), P40_READINGS,
		COUNT(P40_READINGS), P40_ERRORS, COUNT(P40_ERRORS) },
};

const struct model *
model_find(const char *name)
{
	for (size_t i = 0; i < COUNT(MODELS); i++)
		if (strcmp(MODELS[i].name, name) == 0)
			return &MODELS[i];
	return NULL;
}

const char *
model_name_at(size_t n)
{
	return n < COUNT(MODELS) ? MODELS[n].name : NULL;
}

void
model_digest(const char *software, const char *version,
	uint8_t ret_digest[STRUCTURE_DIGEST_SIZE])
{
	struct chance image = { .state = 0 };

	for (const char *p = software; *p != '\0'; p++)
		image.state = image.state * 31 + (unsigned char)*p;
	for (const char *p = version; *p != '\0'; p++)
		image.state = image.state * 31 + (unsigned char)*p;
	for (size_t i = 0; i < STRUCTURE_DIGEST_SIZE; i++)
		ret_digest[i] = (uint8_t)chance_next(&image);
}
