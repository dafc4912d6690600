#include <stdlib.h>

#include "kernel.h"

struct slab_object {
	unsigned long is_free;
	unsigned long size;
};

void *kmalloc(unsigned long size)
{
	struct slab_object *object;

	object = calloc(1, sizeof(*object) + size);
	object->size = size;

	return object + 1;
}

void kfree(void *memory)
{
	struct slab_object *object = memory;

	(object - 1)->is_free = 1;
}

/* What the compiler adds to each access of a kernel with KASAN. */
void kasan_check(const void *memory)
{
	const struct slab_object *object = memory;

	if ((object - 1)->is_free)
		report_use_after_free();
}
