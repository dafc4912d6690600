// SPDX-License-Identifier: GPL-2.0
/* The device's side of a race: compiled without KCSAN's instrumentation. */
#include <linux/compiler.h>

#include "frob.h"

long frob_device_status;

void frob_device_writes(void)
{
	frob_device_status++;
	barrier();
}
