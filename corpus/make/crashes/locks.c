// SPDX-License-Identifier: GPL-2.0
/* What lockdep and its relatives notice. */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "frob.h"

static volatile long sink;
static DEFINE_MUTEX(frob_bus_lock);
static DEFINE_MUTEX(frob_unit_lock);
static DEFINE_SPINLOCK(frob_ring_lock);
static DEFINE_SPINLOCK(frob_stat_lock);
static DEFINE_RAW_SPINLOCK(frob_raw_lock);
static DECLARE_RWSEM(frob_config_sem);
static int __rcu *frob_setting;

static noinline void frob_bus_then_unit(void)
{
	mutex_lock(&frob_bus_lock);
	mutex_lock(&frob_unit_lock);
	mutex_unlock(&frob_unit_lock);
	mutex_unlock(&frob_bus_lock);
}

static noinline void frob_unit_then_bus(void)
{
	mutex_lock(&frob_unit_lock);
	mutex_lock(&frob_bus_lock);
	mutex_unlock(&frob_bus_lock);
	mutex_unlock(&frob_unit_lock);
}

static void abba(void)
{
	frob_bus_then_unit();
	frob_unit_then_bus();
}

static noinline void frob_relock_config(void)
{
	down_read(&frob_config_sem);
	barrier();
}

static void recursive(void)
{
	down_read(&frob_config_sem);
	frob_relock_config();
	up_read(&frob_config_sem);
	up_read(&frob_config_sem);
}

static noinline void frob_count_event(void)
{
	spin_lock(&frob_stat_lock);
	sink++;
	spin_unlock(&frob_stat_lock);
}

static void frob_stat_tick(struct timer_list *unused)
{
	frob_count_event();
}
static DEFINE_TIMER(frob_stat_timer, frob_stat_tick);

/* Taken with softirqs on here, and in the timer there. */
static void irq_unsafe(void)
{
	frob_count_event();
	mod_timer(&frob_stat_timer, jiffies + 2);
	msleep(200);
}

static noinline void frob_leave_unit(void)
{
	mutex_unlock(&frob_unit_lock);
	barrier();
}

static void bad_unlock(void)
{
	frob_leave_unit();
}

static noinline void frob_keep_bus(void)
{
	mutex_lock(&frob_bus_lock);
	barrier();
}

/* The write() returns to user space with the mutex held. */
static void held_at_return(void)
{
	frob_keep_bus();
}

struct frob_channel {
	spinlock_t lock;
	int number;
};

static noinline void frob_open_channel(struct frob_channel *channel)
{
	spin_lock(&channel->lock);
	sink = channel->number;
	spin_unlock(&channel->lock);
}

static void lock_not_initialised(void)
{
	struct frob_channel *channel = kzalloc(sizeof(*channel), GFP_ATOMIC);

	frob_open_channel(channel);
	kfree(channel);
}

static noinline void frob_close_channel(struct frob_channel *channel)
{
	kfree(channel);
	barrier();
}

static void held_lock_freed(void)
{
	struct frob_channel *channel = kzalloc(sizeof(*channel), GFP_ATOMIC);

	spin_lock_init(&channel->lock);
	spin_lock(&channel->lock);
	frob_close_channel(channel);
	preempt_enable();
}

static noinline void frob_read_setting(void)
{
	int *setting = rcu_dereference(frob_setting);

	sink = setting ? *setting : 0;
}

static void rcu_without_lock(void)
{
	frob_read_setting();
}

static noinline void frob_update_stats(void)
{
	spin_lock(&frob_stat_lock);
	sink += 2;
	spin_unlock(&frob_stat_lock);
}

static void wait_context(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&frob_raw_lock, flags);
	frob_update_stats();
	raw_spin_unlock_irqrestore(&frob_raw_lock, flags);
}

static noinline void frob_drain_ring(void)
{
	spin_lock(&frob_ring_lock);
	msleep(20);
	spin_unlock(&frob_ring_lock);
}

static void sleep_in_atomic(void)
{
	frob_drain_ring();
}

static noinline void frob_configure_ring(void)
{
	unsigned long flags;

	local_irq_save(flags);
	mutex_lock(&frob_unit_lock);
	mutex_unlock(&frob_unit_lock);
	local_irq_restore(flags);
}

static void mutex_with_irqs_off(void)
{
	frob_configure_ring();
}

static noinline void frob_grow_ring(void)
{
	spin_lock(&frob_ring_lock);
	kfree(kmalloc(64, GFP_KERNEL));
	spin_unlock(&frob_ring_lock);
}

static void alloc_in_atomic(void)
{
	frob_grow_ring();
}

static noinline void frob_yield_in_reader(void)
{
	rcu_read_lock();
	might_sleep();
	rcu_read_unlock();
}

static void sleep_in_rcu(void)
{
	frob_yield_in_reader();
}

static noinline void frob_pause_ring(void)
{
	spin_lock(&frob_ring_lock);
	schedule();
	spin_unlock(&frob_ring_lock);
}

static void schedule_in_atomic(void)
{
	frob_pause_ring();
}

static noinline void frob_end_readers(void)
{
	rcu_read_lock();
	synchronize_rcu();
	rcu_read_unlock();
}

static void synchronize_in_reader(void)
{
	frob_end_readers();
}

static noinline void frob_pick_cpu(void)
{
	sink = smp_processor_id();
}

static void smp_processor_id_preemptible(void)
{
	frob_pick_cpu();
}

static noinline void frob_enter_ring_again(void)
{
	spin_lock(&frob_ring_lock);
	barrier();
}

static void spin_recursion(void)
{
	spin_lock(&frob_ring_lock);
	frob_enter_ring_again();
}

static noinline void frob_leave_ring(void)
{
	preempt_disable();
	spin_unlock(&frob_ring_lock);
	barrier();
}

static void spin_unlock_free(void)
{
	frob_leave_ring();
}

static noinline void frob_work_keeps_unit(void)
{
	mutex_lock(&frob_unit_lock);
	barrier();
}

/* Meant for "@work". */
static void leaked_in_work(void)
{
	frob_work_keeps_unit();
}

const struct frob_bug frob_locks[] = {
	{ "abba", abba },
	{ "recursive", recursive },
	{ "irq-unsafe", irq_unsafe },
	{ "bad-unlock", bad_unlock },
	{ "held-at-return", held_at_return },
	{ "lock-not-initialised", lock_not_initialised },
	{ "held-lock-freed", held_lock_freed },
	{ "rcu-without-lock", rcu_without_lock },
	{ "wait-context", wait_context },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "mutex-with-irqs-off", mutex_with_irqs_off },
	{ "alloc-in-atomic", alloc_in_atomic },
	{ "sleep-in-rcu", sleep_in_rcu },
	{ "schedule-in-atomic", schedule_in_atomic },
	{ "synchronize-in-reader", synchronize_in_reader },
	{ "smp-processor-id", smp_processor_id_preemptible },
	{ "spin-recursion", spin_recursion },
	{ "spin-unlock-free", spin_unlock_free },
	{ "leaked-in-work", leaked_in_work },
	{ }
};
