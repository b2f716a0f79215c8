#include <config.h>

#include "agent-module/link_table.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* Messages are aligned for any type in the kernel's datagram; copied all the same. */

/* The link's place, or a free one; NULL when it is not there and the table is full. */
static int *
link_place(struct link_table *t, int link)
{
	int *vacant = NULL;

	for (size_t i = 0; i < LINK_TABLE_LINKS_MAX; i++) {
		if (t->links[i] == link)
			return &t->links[i];
		if (t->links[i] == 0 && vacant == NULL)
			vacant = &t->links[i];
	}
	return vacant;
}

static unsigned
take_link(struct link_table *t, uint16_t type, const uint8_t *body, size_t len)
{
	struct ifinfomsg info;
	bool runs, ran;
	int *place;

	if (len < sizeof(info))
		return 0;
	memcpy(&info, body, sizeof(info));
	if (info.ifi_index <= 0 || (info.ifi_flags & IFF_LOOPBACK) != 0)
		return 0;
	place = link_place(t, info.ifi_index);
	if (place == NULL)
		return 0;
	ran = *place == info.ifi_index;
	runs = type == RTM_NEWLINK && (info.ifi_flags & IFF_UP) != 0 &&
		(info.ifi_flags & IFF_RUNNING) != 0;
	*place = runs ? info.ifi_index : 0;
	return runs && !ran ? LINK_TABLE_CAME : 0;
}

/* What an address message says, false when it does not count. */
static bool
read_address(const uint8_t *body, size_t len, struct link_address *ret, bool *ret_usable)
{
	struct link_address a = { 0 };
	struct ifaddrmsg m;
	uint32_t flags;
	size_t want, at = NLMSG_ALIGN(sizeof(m));
	bool local = false;

	if (len < sizeof(m))
		return false;
	memcpy(&m, body, sizeof(m));
	if ((m.ifa_family != AF_INET && m.ifa_family != AF_INET6) || m.ifa_index == 0 ||
		m.ifa_index > INT32_MAX || m.ifa_scope >= RT_SCOPE_LINK)
		return false;
	want = m.ifa_family == AF_INET ? 4 : 16;
	flags = m.ifa_flags;
	a.link = (int)m.ifa_index;
	a.family = m.ifa_family;
	a.length = m.ifa_prefixlen;
	while (at <= len && len - at >= sizeof(struct rtattr)) {
		struct rtattr attribute;
		size_t size;

		memcpy(&attribute, body + at, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > len - at)
			return false;
		size = attribute.rta_len - sizeof(attribute);
		if ((attribute.rta_type == IFA_LOCAL ||
			(attribute.rta_type == IFA_ADDRESS && !local)) && size == want) {
			memcpy(a.octets, body + at + sizeof(attribute), want);
			local = local || attribute.rta_type == IFA_LOCAL;
		} else if (attribute.rta_type == IFA_FLAGS && size == sizeof(flags)) {
			memcpy(&flags, body + at + sizeof(attribute), sizeof(flags));
		}
		at += RTA_ALIGN(attribute.rta_len);
	}
	*ret = a;
	/* Of IPv4 the bit of temporary ones says secondary. */
	*ret_usable = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0 &&
		(m.ifa_family == AF_INET || (flags & IFA_F_TEMPORARY) == 0);
	return true;
}

static unsigned
take_address(struct link_table *t, uint16_t type, const uint8_t *body, size_t len)
{
	struct link_address a, *place = NULL;
	bool usable, known = false;

	if (!read_address(body, len, &a, &usable))
		return 0;
	for (size_t i = 0; i < LINK_TABLE_ADDRESSES_MAX && !known; i++) {
		struct link_address *there = &t->addresses[i];

		known = there->link == a.link && there->family == a.family &&
			there->length == a.length &&
			memcmp(there->octets, a.octets, sizeof(a.octets)) == 0;
		if (known || (place == NULL && there->link == 0))
			place = there;
	}
	if (place == NULL)
		return 0;
	if (type == RTM_DELADDR || !usable) {
		if (known)
			*place = (struct link_address){ 0 };
		return 0;
	}
	*place = a;
	return known ? 0 : LINK_TABLE_CAME;
}

unsigned
link_table_take(struct link_table *t, const void *data, size_t len)
{
	const uint8_t *p = data;
	unsigned told = 0, said;

	while (len >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr h;
		const uint8_t *body = p + NLMSG_HDRLEN;
		size_t size;

		memcpy(&h, p, sizeof(h));
		if (h.nlmsg_len < NLMSG_HDRLEN || h.nlmsg_len > len)
			return told;
		size = h.nlmsg_len - NLMSG_HDRLEN;
		said = 0;
		if (h.nlmsg_type == NLMSG_DONE)
			said = LINK_TABLE_LISTED;
		else if (h.nlmsg_type == NLMSG_ERROR)
			said = LINK_TABLE_FAILED;
		else if (h.nlmsg_type == RTM_NEWLINK || h.nlmsg_type == RTM_DELLINK)
			said = take_link(t, h.nlmsg_type, body, size);
		else if (h.nlmsg_type == RTM_NEWADDR || h.nlmsg_type == RTM_DELADDR)
			said = take_address(t, h.nlmsg_type, body, size);
		if ((h.nlmsg_flags & NLM_F_MULTI) != 0)
			said &= ~(unsigned)LINK_TABLE_CAME;
		told |= said;
		size = NLMSG_ALIGN(h.nlmsg_len);
		if (size >= len)
			return told;
		p += size;
		len -= size;
	}
	return told;
}
