# tests/integration/

dist_check_SCRIPTS += tests/integration/mib.sh
TESTS += tests/integration/mib.sh
