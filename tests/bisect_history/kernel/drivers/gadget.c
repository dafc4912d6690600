#include "kernel.h"

struct gadget {
	int users;
};

static struct gadget the_gadget;

static struct gadget *gadget_find(void)
{
	return &the_gadget;
}

int gadget_selftest(void)
{
	struct gadget *gadget = gadget_find();

	if (!gadget)
		report_null_pointer();

	return gadget->users;
}
