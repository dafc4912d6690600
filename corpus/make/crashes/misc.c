// SPDX-License-Identifier: GPL-2.0
/* Misused interfaces, and undefined behaviour. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "frob.h"

static volatile long sink;

static int frob_show(struct seq_file *file, void *unused)
{
	return 0;
}

static noinline void frob_register_proc(void)
{
	proc_create_single("frob", 0, NULL, frob_show);
	barrier();
}

static void proc_twice(void)
{
	frob_register_proc();
	frob_register_proc();
}

static noinline void frob_alloc_log(size_t size)
{
	sink = (long)kmalloc(size, GFP_KERNEL);
}

static void kmalloc_huge(void)
{
	size_t size = 1UL << 30;

	OPTIMIZER_HIDE_VAR(size);
	frob_alloc_log(size);
}

static noinline void frob_alloc_ring(size_t size)
{
	sink = (long)vmalloc(size);
}

static void vmalloc_zero(void)
{
	frob_alloc_ring(0);
}

struct frob_object {
	struct kobject kobj;
	struct timer_list timer;
	struct work_struct work;
};

static noinline void frob_put_object(struct frob_object *object)
{
	kobject_put(&object->kobj);
	barrier();
}

static void kobject_not_initialised(void)
{
	frob_put_object(kzalloc(sizeof(struct frob_object), GFP_KERNEL));
}

static const struct kobj_type frob_ktype = { };

static noinline void frob_init_object(struct frob_object *object)
{
	kobject_init(&object->kobj, (struct kobj_type *)&frob_ktype);
	barrier();
}

static void kobject_init_twice(void)
{
	struct frob_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	frob_init_object(object);
	frob_init_object(object);
}

static noinline void frob_tick(struct timer_list *timer)
{
	sink++;
}

static noinline void frob_free_object(struct frob_object *object)
{
	kfree(object);
	barrier();
}

static void timer_freed_active(void)
{
	struct frob_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	timer_setup(&object->timer, frob_tick, 0);
	mod_timer(&object->timer, jiffies + 1000 * HZ);
	frob_free_object(object);
}

static noinline void frob_restart_timer(struct frob_object *object)
{
	timer_setup(&object->timer, frob_tick, 0);
	barrier();
}

static void timer_init_active(void)
{
	struct frob_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	timer_setup(&object->timer, frob_tick, 0);
	mod_timer(&object->timer, jiffies + 1000 * HZ);
	frob_restart_timer(object);
}

static noinline void frob_shift(int amount)
{
	sink = 1 << amount;
}

static void ubsan_shift(void)
{
	int amount = 40;

	OPTIMIZER_HIDE_VAR(amount);
	frob_shift(amount);
}

static noinline void frob_load_flag(const bool *flag)
{
	if (*flag)
		sink = 3;
}

static void ubsan_bool(void)
{
	char flag = 77;

	barrier_data(&flag);
	frob_load_flag((bool *)&flag);
}

struct frob_map {
	int slots[6];
	int next;
};

static noinline void frob_read_slot(struct frob_map *map, int slot)
{
	sink = map->slots[slot];
}

static void ubsan_bounds(void)
{
	struct frob_map *map = kzalloc(sizeof(*map), GFP_ATOMIC);
	int slot = 6;

	OPTIMIZER_HIDE_VAR(slot);
	frob_read_slot(map, slot);
	kfree(map);
}

static noinline void frob_eat_memory(void)
{
	for (;;)
		if (!alloc_page(GFP_KERNEL))
			break;
}

static void out_of_memory_loop(void)
{
	frob_eat_memory();
}

const struct frob_bug frob_misc[] = {
	{ "proc-twice", proc_twice },
	{ "kmalloc-huge", kmalloc_huge },
	{ "vmalloc-zero", vmalloc_zero },
	{ "kobject-not-initialised", kobject_not_initialised },
	{ "kobject-init-twice", kobject_init_twice },
	{ "timer-freed-active", timer_freed_active },
	{ "timer-init-active", timer_init_active },
	{ "ubsan-shift", ubsan_shift },
	{ "ubsan-bool", ubsan_bool },
	{ "ubsan-bounds", ubsan_bounds },
	{ "out-of-memory", out_of_memory_loop },
	{ }
};
