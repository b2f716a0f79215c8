/* What of the kernel's messages of links and addresses is new. */
#include <config.h>

#include "agent-module/link_table.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/support.h"

static struct link_table t;
static uint8_t data[4096];
static size_t len;

static void
fresh(void)
{
	t = (struct link_table){ 0 };
	len = 0;
}

static void
put(uint16_t type, uint16_t flags, const void *body, size_t body_len)
{
	struct nlmsghdr h = { .nlmsg_len = (uint32_t)(NLMSG_HDRLEN + body_len),
		.nlmsg_type = type, .nlmsg_flags = flags };

	memset(data + len, 0, NLMSG_ALIGN(h.nlmsg_len));
	memcpy(data + len, &h, sizeof(h));
	memcpy(data + len + NLMSG_HDRLEN, body, body_len);
	len += NLMSG_ALIGN(h.nlmsg_len);
}

static unsigned
take(void)
{
	unsigned told = link_table_take(&t, data, len);

	len = 0;
	return told;
}

static void
put_link(uint16_t type, uint16_t flags, int index, unsigned link_flags)
{
	struct ifinfomsg m = { .ifi_index = index, .ifi_flags = link_flags };

	put(type, flags, &m, sizeof(m));
}

static void
put_address(uint16_t type, uint16_t flags, uint8_t family, unsigned index, uint8_t last,
	uint32_t address_flags, uint8_t scope)
{
	struct {
		struct ifaddrmsg m;
		struct rtattr flags_head;
		uint32_t flags;
		struct rtattr head;
		uint8_t octets[16];
	} body = {
		.m = { .ifa_family = family, .ifa_prefixlen = 24, .ifa_index = index,
			.ifa_scope = scope },
		.flags_head = { .rta_len = RTA_LENGTH(4), .rta_type = IFA_FLAGS },
		.flags = address_flags,
		.head = { .rta_len = family == AF_INET ? RTA_LENGTH(4) : RTA_LENGTH(16),
			.rta_type = IFA_ADDRESS },
		.octets = { 192, 0, 2, last },
	};

	put(type, flags, &body, family == AF_INET ? sizeof(body) - 12 : sizeof(body));
}

enum { RUNS = IFF_UP | IFF_RUNNING };

START_TEST(a_link_that_begins_to_run_came)
{
	put_link(RTM_NEWLINK, 0, 2, IFF_UP);
	ck_assert_uint_eq(take(), 0);
	put_link(RTM_NEWLINK, 0, 2, RUNS);
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	put_link(RTM_NEWLINK, 0, 2, RUNS);
	ck_assert_uint_eq(take(), 0);
	put_link(RTM_NEWLINK, 0, 2, IFF_UP);
	put_link(RTM_NEWLINK, 0, 2, RUNS);
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	put_link(RTM_DELLINK, 0, 2, RUNS);
	ck_assert_uint_eq(take(), 0);
	put_link(RTM_NEWLINK, 0, 2, RUNS);
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	put_link(RTM_NEWLINK, 0, 1, RUNS | IFF_LOOPBACK);
	ck_assert_uint_eq(take(), 0);
}
END_TEST

START_TEST(an_address_comes_once)
{
	put_address(RTM_NEWADDR, 0, AF_INET, 2, 1, IFA_F_PERMANENT, 0);
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	put_address(RTM_NEWADDR, 0, AF_INET, 2, 1, 0, 0);	/* its lease was renewed */
	ck_assert_uint_eq(take(), 0);
	put_address(RTM_NEWADDR, 0, AF_INET, 2, 2, IFA_F_SECONDARY, 0);
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	put_address(RTM_NEWADDR, 0, AF_INET, 3, 1, 0, 0);
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	put_address(RTM_DELADDR, 0, AF_INET, 2, 1, 0, 0);
	ck_assert_uint_eq(take(), 0);
	put_address(RTM_NEWADDR, 0, AF_INET, 2, 1, 0, 0);
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
}
END_TEST

START_TEST(what_does_not_count)
{
	put_address(RTM_NEWADDR, 0, AF_INET6, 2, 1, IFA_F_TEMPORARY, 0);
	put_address(RTM_NEWADDR, 0, AF_INET6, 2, 1, 0, RT_SCOPE_LINK);
	put_address(RTM_NEWADDR, 0, AF_INET, 1, 1, 0, RT_SCOPE_HOST);
	put_address(RTM_NEWADDR, 0, AF_UNIX, 2, 1, 0, 0);
	ck_assert_uint_eq(take(), 0);
	put_address(RTM_NEWADDR, 0, AF_INET6, 2, 1, IFA_F_TENTATIVE, 0);
	ck_assert_uint_eq(take(), 0);
	put_address(RTM_NEWADDR, 0, AF_INET6, 2, 1, 0, 0);	/* nobody else has it */
	ck_assert_uint_eq(take(), LINK_TABLE_CAME);
}
END_TEST

START_TEST(what_is_listed_is_learnt_and_not_told)
{
	static const uint8_t none[4];

	put_link(RTM_NEWLINK, NLM_F_MULTI, 2, RUNS);
	put_address(RTM_NEWADDR, NLM_F_MULTI, AF_INET, 2, 1, 0, 0);
	put(NLMSG_DONE, NLM_F_MULTI, none, sizeof(none));
	ck_assert_uint_eq(take(), LINK_TABLE_LISTED);
	put_link(RTM_NEWLINK, 0, 2, RUNS);
	put_address(RTM_NEWADDR, 0, AF_INET, 2, 1, 0, 0);
	ck_assert_uint_eq(take(), 0);
	put(NLMSG_ERROR, 0, none, sizeof(none));
	ck_assert_uint_eq(take(), LINK_TABLE_FAILED);
}
END_TEST

START_TEST(more_than_the_table_holds_is_not_seen)
{
	for (int i = 1; i <= LINK_TABLE_LINKS_MAX; i++) {
		put_link(RTM_NEWLINK, 0, i, RUNS);
		ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	}
	put_link(RTM_NEWLINK, 0, 1000, RUNS);
	ck_assert_uint_eq(take(), 0);
	for (unsigned i = 0; i < LINK_TABLE_ADDRESSES_MAX; i++) {
		put_address(RTM_NEWADDR, 0, AF_INET, 1 + i / 200, (uint8_t)(i % 200), 0, 0);
		ck_assert_uint_eq(take(), LINK_TABLE_CAME);
	}
	put_address(RTM_NEWADDR, 0, AF_INET, 77, 1, 0, 0);
	ck_assert_uint_eq(take(), 0);
}
END_TEST

START_TEST(torn_messages_are_passed_over)
{
	/* Cut anywhere, or with any length: nothing is read beyond the end. */
	for (size_t cut = 0; cut < 200; cut++) {
		fresh();
		put_link(RTM_NEWLINK, 0, 2, RUNS);
		put_address(RTM_NEWADDR, 0, AF_INET6, 2, 1, 0, 0);
		if (cut < len)
			len = cut;
		(void)take();
	}
	for (unsigned at = 0; at < 100; at++)
		for (unsigned value = 0; value < 256; value += 5) {
			fresh();
			put_address(RTM_NEWADDR, 0, AF_INET6, 2, 1, 0, 0);
			data[at] = (uint8_t)value;
			(void)take();
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("link_table");
	TCase *tc = tcase_create("messages");

	tcase_add_checked_fixture(tc, fresh, NULL);
	tcase_add_test(tc, a_link_that_begins_to_run_came);
	tcase_add_test(tc, an_address_comes_once);
	tcase_add_test(tc, what_does_not_count);
	tcase_add_test(tc, what_is_listed_is_learnt_and_not_told);
	tcase_add_test(tc, more_than_the_table_holds_is_not_seen);
	tcase_add_test(tc, torn_messages_are_passed_over);
	suite_add_tcase(suite, tc);
	return support_run(suite);
}
