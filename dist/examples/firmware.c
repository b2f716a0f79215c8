/*
 * firmware: what a printer's firmware tells imgadm, in one page of C.
 *
 *	cc firmware.c -limgadm-device -o firmware && ./firmware device.db
 */
#include <errno.h>
#include <stdio.h>

#include <imgadm/device.h>

enum { PAGES = 10 };

static int
make_if_missing(struct imgadm_device *d, const char *path)
{
	struct imgadm_identity id = IMGADM_IDENTITY_INIT;
	int rc;

	id.id = "acme-P40-8841207";
	id.manufacturer = "acme";
	id.model = "P40";
	id.serial_number = "8841207";
	rc = imgadm_device_create(d, path, &id, 0);
	return rc == -EEXIST ? 0 : rc;
}

/* What was found at the start: units, and the software they run. */
static int
describe(struct imgadm_device *d)
{
	struct imgadm_unit engine = IMGADM_UNIT_INIT, fuser = IMGADM_UNIT_INIT;
	struct imgadm_software firmware = IMGADM_SOFTWARE_INIT;
	int rc;

	engine.symbol = "ENG";
	engine.type = "engine";
	engine.contained_in = "DEV";
	engine.model = "E-11";
	engine.serial_number = "E1180";
	engine.oper_state = "ok";
	engine.use_unit = "impressions";
	rc = imgadm_device_unit_set(d, &engine);
	if (rc < 0)
		return rc;
	fuser.symbol = "FUS";
	fuser.type = "fuser";
	fuser.contained_in = "ENG";
	fuser.model = "F-9";
	fuser.serial_number = "F123";
	fuser.oper_state = "ok";
	fuser.use_unit = "impressions";
	fuser.life_expected = 100000;
	rc = imgadm_device_unit_set(d, &fuser);
	if (rc < 0)
		return rc;
	firmware.symbol = "ENG";
	firmware.bank = 1;
	firmware.id = "engine-fw";
	firmware.creator = "acme";
	firmware.version = "D04-11";
	firmware.state = "running";
	return imgadm_device_software_set(d, &firmware);
}

/* A page raises three counts: they become durable together. */
static int
page_printed(struct imgadm_device *d)
{
	static const char *const counted[] = { "DEV", "ENG", "FUS" };
	int rc = imgadm_device_begin(d);

	for (unsigned i = 0; rc == 0 && i < sizeof(counted) / sizeof(counted[0]); i++)
		rc = imgadm_device_count(d, counted[i], 1);
	if (rc == 0)
		return imgadm_device_commit(d);
	imgadm_device_rollback(d);
	return rc;
}

static int
fuser_measured(struct imgadm_device *d, int tenths_of_a_degree)
{
	struct imgadm_reading reading = IMGADM_READING_INIT;
	struct imgadm_error error = IMGADM_ERROR_INIT;
	int rc;

	reading.symbol = "FUS";
	reading.name = "temperature";
	reading.value = tenths_of_a_degree;
	reading.scale = -1;
	reading.unit = "C";
	reading.has_limits = 1;
	reading.low = 1700;
	reading.high = 1950;
	rc = imgadm_device_reading_set(d, &reading);
	if (rc < 0 || tenths_of_a_degree >= reading.low)
		return rc;
	error.symbol = "FUS";
	error.code = "C-0557";
	error.severity = "error";
	error.text = "fuser does not reach its temperature in time";
	return imgadm_device_error(d, &error);
}

int
main(int argc, char *argv[])
{
	struct imgadm_device *d = imgadm_device_new();
	const char *path = argc > 1 ? argv[1] : NULL;
	int rc;

	rc = d == NULL ? -ENOMEM : make_if_missing(d, path);
	if (rc == 0)
		rc = imgadm_device_open(d, path);
	if (rc == 0)
		rc = imgadm_device_boot(d);
	if (rc == 0)
		rc = describe(d);
	/* We have started and work: after an update there is no need to fall back. */
	if (rc == 0)
		rc = imgadm_device_confirm(d, NULL);
	for (int page = 0; rc == 0 && page < PAGES; page++)
		rc = page_printed(d);
	if (rc == 0)
		rc = fuser_measured(d, 1642);
	if (rc < 0)
		(void)fprintf(stderr, "firmware: %s\n", imgadm_device_error_text(d));
	imgadm_device_free(d);
	return rc < 0 ? 1 : 0;
}
