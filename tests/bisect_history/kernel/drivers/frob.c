#include "kernel.h"

struct frob_packet {
	int length;
};

static struct frob_packet *frob_new_packet(int length)
{
	struct frob_packet *packet = kmalloc(sizeof(*packet));

	packet->length = length;
	return packet;
}

static int frob_read_length(const struct frob_packet *packet)
{
	kasan_check(packet);
	return packet->length;
}

static void frob_drop_packet(struct frob_packet *packet)
{
	kfree(packet);
}

/* The timer drops packets that nobody holds. */
static int frob_timer_handler(struct frob_packet *packet, int held)
{
	if (held)
		return 0;

	frob_drop_packet(packet);
	return 1;
}

int frob_selftest(void)
{
	struct frob_packet *packet = frob_new_packet(42);
	int timer_first = race_lost("TIMER", 1);
	int held = 1;
	int length;

	if (timer_first)
		frob_timer_handler(packet, held);

	length = frob_read_length(packet);

	return length;
}
