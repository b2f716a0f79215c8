/* The enumerations of IMGADM-MIB and those of lib/structure are one. */
#include <config.h>

#include <string.h>

#include "lib/structure/structure.h"
#include "lib/structure/update.h"
#include "mibs/imgadm-mib.h"
#include "tests/unit/support.h"

struct value {
	int value;
	const char *name;
};

#define VALUE(value, name) { value, name },
#define ENUM(kind, object) { kind, #object, (const struct value[]){ \
	IMGADM_ENUM_##object(VALUE) { 0, NULL } } }

static const struct {
	enum name_kind kind;
	const char *object;
	const struct value *values;
} enums[] = {
	ENUM(NAME_DEVICE_STATE, imgDeviceState),
	ENUM(NAME_UNIT_CLASS, imgUnitClass),
	ENUM(NAME_UNIT_TYPE, ImgUnitTypeTC),
	ENUM(NAME_UNIT_OPER, imgUnitOperState),
	ENUM(NAME_UNIT_ADMIN, imgUnitAdminState),
	ENUM(NAME_USE_UNIT, imgUnitUseUnit),
	ENUM(NAME_UNIT_ACTION, imgUnitAction),
	ENUM(NAME_SOFTWARE_STATE, imgSoftwareState),
	ENUM(NAME_SEVERITY, ImgSeverity),
};

START_TEST(names_agree)
{
	const struct value *v = enums[_i].values;
	size_t n;
	int value;

	for (n = 0; v[n].name != NULL; n++) {
		ck_assert_msg(structure_name(enums[_i].kind, v[n].value) != NULL,
			"%s: %s(%d) is in the MIB only", enums[_i].object, v[n].name, v[n].value);
		ck_assert_str_eq(structure_name(enums[_i].kind, v[n].value), v[n].name);
		ck_assert_int_eq(structure_value(enums[_i].kind, v[n].name, &value), 0);
		ck_assert_int_eq(value, v[n].value);
		ck_assert_str_eq(structure_name_at(enums[_i].kind, n), v[n].name);
	}
	ck_assert_uint_gt(n, 1);
	ck_assert_msg(structure_name_at(enums[_i].kind, n) == NULL,
		"%s: %s is in structure.h only", enums[_i].object,
		structure_name_at(enums[_i].kind, n));
}
END_TEST

#define UPDATE(kind, object) { kind, #object, (const struct value[]){ \
	IMGADM_ENUM_##object(VALUE) { 0, NULL } } }

static const struct {
	enum update_name_kind kind;
	const char *object;
	const struct value *values;
} updates[] = {
	UPDATE(UPDATE_NAME_WHEN, imgUpdateWhen),
	UPDATE(UPDATE_NAME_OWNER, imgUpdateOwner),
	UPDATE(UPDATE_NAME_COMMAND, imgUpdateCommand),
	UPDATE(UPDATE_NAME_STATE, imgUpdateState),
	UPDATE(UPDATE_NAME_REASON, imgUpdateReason),
};

START_TEST(names_of_updates_agree)
{
	const struct value *v = updates[_i].values;
	size_t n;

	for (n = 0; v[n].name != NULL; n++) {
		ck_assert_int_eq(v[n].value, (int)n + 1);
		ck_assert_msg(update_name(updates[_i].kind, v[n].value) != NULL,
			"%s: %s is in the MIB only", updates[_i].object, v[n].name);
		ck_assert_str_eq(update_name(updates[_i].kind, v[n].value), v[n].name);
	}
	ck_assert_uint_gt(n, 1);
	ck_assert_ptr_null(update_name(updates[_i].kind, (int)n + 1));
}
END_TEST

START_TEST(names_count)
{
	/* The C enumerations end where the MIB's do. */
	ck_assert_int_eq(DEVICE_UPDATING, 5);
	ck_assert_int_eq(UNIT_UNIT, 2);
	ck_assert_int_eq(UNIT_TYPE_STORE_JOB, 28);
	ck_assert_int_eq(UNIT_OPER_STANDBY, 7);
	ck_assert_int_eq(UNIT_ADMIN_STANDBY, 2);
	ck_assert_int_eq(USE_OTHER, 7);
	ck_assert_int_eq(UNIT_ACTION_FAILED, 5);
	ck_assert_int_eq(SOFTWARE_INVALID, 7);
	ck_assert_int_eq(SEVERITY_SERVICE_CALL, 4);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mib");
	TCase *t = tcase_create("enumerations");

	tcase_add_loop_test(t, names_agree, 0, (int)(sizeof(enums) / sizeof(enums[0])));
	tcase_add_loop_test(t, names_of_updates_agree, 0,
		(int)(sizeof(updates) / sizeof(updates[0])));
	tcase_add_test(t, names_count);
	suite_add_tcase(s, t);
	return support_run(s);
}
