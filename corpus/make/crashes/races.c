// SPDX-License-Identifier: GPL-2.0
/* Data races, and races with what was asserted to be exclusive: for KCSAN. */
#include <linux/jiffies.h>
#include <linux/kcsan-checks.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "frob.h"

struct frob_meter {
	long level;
	long total;
	long samples;
	unsigned int mode : 3;
	unsigned int fast : 1;
	long flags;
	long owner;
	char name[32];
	struct list_head readers;
};

struct frob_session {
	long unused[3];
	long uses;
	long numbers[28];
};

static volatile long sink;
static struct frob_meter frob_meter = { .readers = LIST_HEAD_INIT(frob_meter.readers) };
static struct frob_session *frob_session;
static DEFINE_SPINLOCK(frob_meter_lock);
static int frob_turn;

static int frob_rival_thread(void *rival)
{
	while (!kthread_should_stop()) {
		((void (*)(void))rival)();
		cond_resched();
	}
	return 0;
}

/* Runs two functions against each other for a second. */
static void frob_race(void (*here)(void), void (*rival)(void))
{
	struct task_struct *thread = kthread_run(frob_rival_thread, rival, "frob-rival");
	unsigned long end = jiffies + HZ;

	while (time_before(jiffies, end)) {
		here();
		cond_resched();
	}
	kthread_stop(thread);
}

static noinline void frob_set_level(void)
{
	WRITE_ONCE(frob_meter.level, READ_ONCE(frob_meter.level) + 1);
}

static noinline void frob_show_level(void)
{
	sink = frob_meter.level;
}

static void race_read_write(void)
{
	frob_race(frob_show_level, frob_set_level);
}

static noinline void frob_count_sample(void)
{
	frob_meter.samples++;
	barrier();
}

/* Both sides are the same function. */
static void race_counter(void)
{
	frob_race(frob_count_sample, frob_count_sample);
}

static noinline void frob_add_total(void)
{
	frob_meter.total += 3;
	barrier();
}

static noinline void frob_reset_total(void)
{
	frob_meter.total = 0;
	barrier();
}

static void race_write_write(void)
{
	frob_race(frob_reset_total, frob_add_total);
}

static noinline void frob_set_mode(void)
{
	frob_meter.mode++;
	barrier();
}

static noinline void frob_set_fast(void)
{
	frob_meter.fast ^= 1;
	barrier();
}

static void race_bitfield(void)
{
	frob_race(frob_set_fast, frob_set_mode);
}

static noinline void frob_move_reader(void)
{
	static LIST_HEAD(reader);

	spin_lock(&frob_meter_lock);
	list_add(&reader, &frob_meter.readers);
	list_del_init(&reader);
	spin_unlock(&frob_meter_lock);
}

static noinline void frob_first_reader(void)
{
	sink = (long)frob_meter.readers.next;
}

static void race_list(void)
{
	frob_race(frob_first_reader, frob_move_reader);
}

static noinline void frob_rename(void)
{
	strscpy(frob_meter.name, frob_turn++ & 1 ? "left" : "right-hand", sizeof(frob_meter.name));
	barrier();
}

static noinline void frob_print_name(void)
{
	sink = strnlen(frob_meter.name, sizeof(frob_meter.name));
}

static void race_string(void)
{
	frob_race(frob_print_name, frob_rename);
}

static noinline void frob_snapshot(void)
{
	static struct frob_meter copy;

	copy = frob_meter;
	barrier_data(&copy);
}

static void race_snapshot(void)
{
	frob_race(frob_snapshot, frob_set_level);
}

static noinline void frob_expire(void)
{
	frob_meter.owner++;
	barrier();
}

static void frob_expire_tick(struct timer_list *timer)
{
	int i;

	for (i = 0; i < 10000; i++)
		frob_expire();
	if (frob_turn)
		mod_timer(timer, jiffies + 1);
}
static DEFINE_TIMER(frob_expire_timer, frob_expire_tick);

static noinline void frob_read_owner(void)
{
	sink = frob_meter.owner;
}

/* The rival is a softirq. */
static void race_timer(void)
{
	unsigned long end = jiffies + HZ;

	frob_turn = 1;
	/* On another CPU, or the reader would only be interrupted. */
	frob_expire_timer.expires = jiffies + 1;
	add_timer_on(&frob_expire_timer, (raw_smp_processor_id() + 1) % num_online_cpus());
	while (time_before(jiffies, end)) {
		frob_read_owner();
		cond_resched();
	}
	frob_turn = 0;
}

static noinline void frob_wait_status(void)
{
	sink = frob_device_status;
}

/* The rival is not instrumented, as a device would not be. */
static void race_unknown(void)
{
	frob_race(frob_wait_status, frob_device_writes);
}

static noinline void frob_calibrate(void)
{
	ASSERT_EXCLUSIVE_WRITER(frob_meter.level);
	sink++;
}

static void assert_writer(void)
{
	frob_race(frob_calibrate, frob_set_level);
}

static noinline void frob_peek_owner(void)
{
	sink = READ_ONCE(frob_meter.owner);
}

static noinline void frob_release_meter(void)
{
	ASSERT_EXCLUSIVE_ACCESS(frob_meter.owner);
	sink++;
}

static void assert_access(void)
{
	frob_race(frob_release_meter, frob_peek_owner);
}

static noinline void frob_flip_flags(void)
{
	WRITE_ONCE(frob_meter.flags, READ_ONCE(frob_meter.flags) ^ 6);
}

static noinline void frob_check_flags(void)
{
	ASSERT_EXCLUSIVE_BITS(frob_meter.flags, 4);
	sink = READ_ONCE(frob_meter.flags);
}

static void assert_bits(void)
{
	frob_race(frob_check_flags, frob_flip_flags);
}

static noinline void frob_use_session(void)
{
	READ_ONCE(frob_session)->uses++;
	barrier();
}

static noinline void frob_replace_session(void)
{
	struct frob_session *old = frob_session;

	WRITE_ONCE(frob_session, kzalloc(sizeof(*old), GFP_KERNEL));
	kfree(old);
	barrier();
}

/* A use after free, seen as a race with kfree(). */
static void race_free(void)
{
	frob_session = kzalloc(sizeof(*frob_session), GFP_KERNEL);
	frob_race(frob_replace_session, frob_use_session);
}

const struct frob_bug frob_races[] = {
	{ "race-read-write", race_read_write },
	{ "race-counter", race_counter },
	{ "race-write-write", race_write_write },
	{ "race-bitfield", race_bitfield },
	{ "race-list", race_list },
	{ "race-string", race_string },
	{ "race-snapshot", race_snapshot },
	{ "race-timer", race_timer },
	{ "race-unknown", race_unknown },
	{ "race-free", race_free },
	{ "assert-writer", assert_writer },
	{ "assert-access", assert_access },
	{ "assert-bits", assert_bits },
	{ }
};
