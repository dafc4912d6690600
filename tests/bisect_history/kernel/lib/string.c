#include "kernel.h"

unsigned long kernel_strlen(const char *text)
{
	unsigned long length = 0;

	while (text[length])
		++length;
	return length;
}
