#include "kernel.h"

int kernel_abs(int value)
{
	return value < 0 ? -value : value;
}
