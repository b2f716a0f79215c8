/* What a client's machine wants done, and what its caller hears of it. */
#include <config.h>

#include <errno.h>
#include <event2/event.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/tftp/tftp_client_private.h"

enum { WINDOW_OCTETS = 1 << 22 };	/* of a window that is sent in one go */

void
tftp_client_aim(struct tftp_client *c)
{
	(void)memcpy(&c->peer.address, c->at->ai_addr,
		c->at->ai_addrlen < sizeof(c->peer.address) ? c->at->ai_addrlen :
		sizeof(c->peer.address));
	c->answered = false;
}

/* --- the end -------------------------------------------------------------------- */

void
tftp_client_stop(struct tftp_client *c)
{
	if (c->added) {
		(void)event_del(&c->readable);
		(void)event_del(&c->writable);
		(void)event_del(&c->timer);
		c->added = false;
	}
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

/* Tell the caller; it may free us. */
void
tftp_client_finish(struct tftp_client *c, int rc)
{
	if (c->done)
		return;
	c->done = true;
	c->calls.done(c->user, rc, &c->e);
}

void
tftp_client_finish_gone(struct tftp_client *c)
{
	if (c->gone)
		return;
	c->gone = true;
	tftp_client_stop(c);
	if (c->calls.gone != NULL)
		c->calls.gone(c->user);
}

void
tftp_client_where(const struct tftp_client *c, char dst[TFTP_WIRE_TEXT])
{
	tftp_address_text_port(&c->peer.address, dst);
}

/* What the server's ERROR means to a caller. */
static int
of_code(unsigned code)
{
	switch (code) {
	case TFTP_E_NOT_FOUND:
		return -ENOENT;
	case TFTP_E_ACCESS:
		return -EACCES;
	case TFTP_E_DISK_FULL:
		return -ENOSPC;
	case TFTP_E_EXISTS:
		return -EEXIST;
	}
	return -EPROTO;
}

static int
tell_peer_error(struct tftp_client *c, const struct tftp_action *a)
{
	char at[TFTP_WIRE_TEXT], text[4 * TFTP_ERROR_TEXT_MAX + 1];
	int rc = of_code(a->code);

	tftp_client_where(c, at);
	if (!text_escape(text, sizeof(text), a->text != NULL && a->text[0] != '\0' ? a->text :
		tftp_error_name(a->code)))
		text[sizeof(text) - 1] = '\0';
	return err_set(&c->e, rc, "%s refused: %.300s (error %u)", at, text, a->code);
}

static int
tell_failure(struct tftp_client *c, const struct tftp_action *a)
{
	char at[TFTP_WIRE_TEXT];

	tftp_client_where(c, at);
	switch (a->reason) {
	case TFTP_R_NO_ANSWER:
		if (!c->answered)
			return err_set(&c->e, -ETIMEDOUT, "%s: no answer; is there a TFTP server, "
				"and do answers from another port pass what lies between?", at);
		return err_set(&c->e, -ETIMEDOUT, "%s: went silent after %llu octets; try again",
			at, (unsigned long long)c->octets);
	case TFTP_R_STALLED:
		return err_set(&c->e, -ETIMEDOUT, "%s: no progress after %llu octets; try again",
			at, (unsigned long long)c->octets);
	case TFTP_R_PEER_ERROR:
		return tell_peer_error(c, a);
	case TFTP_R_OPTIONS:
		return err_set(&c->e, -EPROTO, "%s: granted what was not asked for; try "
			"without options (window 1, block 512)", at);
	case TFTP_R_BAD_PACKET:
		return err_set(&c->e, -EPROTO, "%s: what it sends is no TFTP", at);
	case TFTP_R_LAST_ACK:
		return err_set(&c->e, -ETIMEDOUT, "%s: all was sent, but its end was never "
			"acknowledged; look whether it is there", at);
	case TFTP_R_NONE:
	case TFTP_R_ABORTED:
	case TFTP_R_PROBE:
		break;
	}
	return err_set(&c->e, -EPROTO, "%s: the transfer was ended", at);
}

/* A callback said no: the peer is told, and the caller gets its own word back. */
static void
refuse(struct tftp_client *c, int rc)
{
	struct tftp_action actions[TFTP_ACTIONS_MAX];
	unsigned n, code = rc == -ENOSPC || rc == -EFBIG ? TFTP_E_DISK_FULL : TFTP_E_UNDEFINED;

	if (c->rc == 0) {
		c->rc = rc;
		(void)err_set(&c->e, rc, "given up: %s", strerror(-rc));
	}
	n = tftp_machine_abort(&c->machine, code,
		rc == -ENOSPC ? "no space left" : rc == -EFBIG ? "too large" : "given up", actions);
	tftp_client_act(c, actions, n, NULL);
}

/* --- going ------------------------------------------------------------------------ */

static void
send_small(struct tftp_client *c, const void *data, size_t len)
{
	int rc;

	if (len == 0)
		return;
	rc = tftp_wire_send(c->fd, &c->peer, data, len);
	/* No route is told at once; else the timer finds what was lost. */
	if ((rc == -ENETUNREACH || rc == -EHOSTUNREACH || rc == -EACCES || rc == -EPERM ||
	    rc == -EADDRNOTAVAIL) && !c->answered && c->rc == 0) {
		char at[TFTP_WIRE_TEXT];

		tftp_client_where(c, at);
		c->rc = err_set(&c->e, -EHOSTUNREACH, "%s: cannot be reached: %s", at,
			strerror(-rc));
		event_active(&c->timer, EV_TIMEOUT, 1);
	}
}

/* Blocks of the caller's file, by its own word; false: it refused. */
static bool
fill_window(struct tftp_client *c, uint64_t block, uint32_t count, size_t *ret_len)
{
	uint64_t offset = (block - 1) * c->machine.blksize;
	size_t len = 0;

	for (uint32_t i = 0; i < count; i++)
		len += tftp_machine_block_len(&c->machine, block + i);
	for (size_t have = 0; have < len;) {
		long n = c->calls.give(c->user, offset + have, c->window + have, len - have);

		if (n <= 0 || (size_t)n > len - have) {
			refuse(c, n < 0 && n >= -4095 ? (int)n : -EIO);
			return false;
		}
		have += (size_t)n;
	}
	*ret_len = len;
	return true;
}

static bool
room_for(struct tftp_client *c, size_t len)
{
	uint8_t *p;

	if (c->window_size >= len)
		return true;
	p = realloc(c->window, len);
	if (p == NULL) {
		refuse(c, -ENOMEM);
		return false;
	}
	c->window = p;
	c->window_size = len;
	return true;
}

/* false: the caller refused to give, and we may be freed. */
bool
tftp_client_send_data(struct tftp_client *c, uint64_t block, uint32_t count)
{
	uint32_t most = WINDOW_OCTETS / c->machine.blksize;
	uint64_t calls = 0, octets = 0;

	c->held_count = 0;
	while (count > 0) {
		uint32_t some = count < most ? count : most;
		size_t len;
		int n;

		if (!room_for(c, (size_t)some * c->machine.blksize) ||
		    !fill_window(c, block, some, &len))
			return false;
		n = tftp_wire_window(c->wire, c->fd, &c->peer, &c->machine, block, some, c->window,
			&calls, &octets);
		if (n > 0) {
			block += (unsigned)n;
			count -= (unsigned)n;
		}
		if (n < 0 || (unsigned)n < some) {
			c->held_block = block;
			c->held_count = count;
			(void)event_add(&c->writable, NULL);
			return true;
		}
	}
	return true;
}

/* --- what the machine wants done ---------------------------------------------------- */

/* The server's packet has octets of the file. */
static bool
take(struct tftp_client *c, const struct tftp_packet *p)
{
	int rc;

	if (p == NULL || p->data_len == 0)
		return true;
	rc = c->calls.take(c->user, p->data, p->data_len);
	if (rc < 0) {
		refuse(c, rc);
		return false;
	}
	c->octets += p->data_len;
	return true;
}

static bool
size_known(struct tftp_client *c, uint64_t size)
{
	int rc = 0;

	if (c->calls.size != NULL && !c->size_told) {
		c->size_told = true;
		rc = c->calls.size(c->user, size);
	}
	if (rc < 0)
		refuse(c, rc);
	return rc >= 0;
}

/* One action; false: leave off, it is over or we are freed. */
bool
tftp_client_act_one(struct tftp_client *c, const struct tftp_action *a, const struct tftp_packet *p)
{
	uint8_t out[TFTP_REQUEST_MAX];

	switch (a->what) {
	case TFTP_SEND_REQUEST:
		/* Also the second one, without options: another port may answer it. */
		tftp_client_aim(c);
		send_small(c, out, tftp_packet_request(out, sizeof(out),
			c->options.put ? TFTP_WRQ : TFTP_RRQ, c->options.uri.name, &a->options));
		break;
	case TFTP_SEND_OACK:
		send_small(c, out, tftp_packet_oack(out, sizeof(out), &a->options));
		break;
	case TFTP_SEND_ACK:
		send_small(c, out, tftp_packet_ack(out, sizeof(out),
			tftp_machine_wire(&c->machine, a->block)));
		break;
	case TFTP_SEND_DATA:
		return tftp_client_send_data(c, a->block, a->count);
	case TFTP_SEND_ERROR:
		send_small(c, out, tftp_packet_error(out, sizeof(out), a->code, a->text));
		break;
	case TFTP_TAKE:
		return take(c, p);
	case TFTP_SIZE_KNOWN:
		return size_known(c, a->options.tsize);
	case TFTP_ALL_DONE:
		if (c->options.put)
			c->octets = c->options.size;
		c->complete = true;
		break;
	case TFTP_FAILED:
		tftp_client_finish(c, c->rc != 0 ? c->rc : tell_failure(c, a));
		break;
	case TFTP_GONE:
		tftp_client_finish_gone(c);
		return false;
	}
	return true;
}

void
tftp_client_act(struct tftp_client *c, const struct tftp_action *actions, unsigned count,
	const struct tftp_packet *p)
{
	bool freed = false, *before = c->freed;

	/* cppcheck-suppress autoVariables; taken back below */
	c->freed = &freed;
	for (unsigned i = 0; i < count && !freed; i++)
		if (!tftp_client_act_one(c, &actions[i], p))
			break;
	/* Told when the last ACK is out: the caller may end us. */
	if (!freed && c->complete)
		tftp_client_finish(c, 0);
	if (freed) {
		if (before != NULL)
			*before = true;
		return;
	}
	c->freed = before;
}
