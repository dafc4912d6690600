#include "kernel.h"

int main(void)
{
	print_boot();
	gadget_selftest();
	frob_selftest();
	print_shutdown();
	return 0;
}
