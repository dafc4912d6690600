// SPDX-License-Identifier: GPL-2.0
/* Things that never end. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "frob.h"

static volatile int frob_ready;
static DEFINE_MUTEX(frob_device_lock);
static DECLARE_COMPLETION(frob_reply);
static DECLARE_WAIT_QUEUE_HEAD(frob_waiters);

static noinline void frob_poll_hardware(void)
{
	while (!frob_ready)
		cpu_relax();
}

static void busy_loop(void)
{
	preempt_disable();
	frob_poll_hardware();
	preempt_enable();
}

static noinline void frob_walk_readers(void)
{
	rcu_read_lock();
	while (!frob_ready)
		cpu_relax();
	rcu_read_unlock();
}

static void rcu_reader_loop(void)
{
	frob_walk_readers();
}

static noinline void frob_poll_irqs_off(void)
{
	local_irq_disable();
	while (!frob_ready)
		cpu_relax();
	local_irq_enable();
}

static void irqs_off_loop(void)
{
	frob_poll_irqs_off();
}

static noinline void frob_get_reply(void)
{
	wait_for_completion(&frob_reply);
	barrier();
}

static void lost_reply(void)
{
	frob_get_reply();
}

static noinline void frob_settle(void)
{
	wait_event(frob_waiters, frob_ready);
}

static void lost_wakeup(void)
{
	frob_settle();
}

static noinline void frob_open_device(void)
{
	mutex_lock(&frob_device_lock);
	barrier();
}

/* The same thread takes the mutex twice. */
static void mutex_self_deadlock(void)
{
	mutex_lock(&frob_device_lock);
	frob_open_device();
}

static noinline int frob_hog_device(void *unused)
{
	mutex_lock(&frob_device_lock);
	ssleep(1000);
	mutex_unlock(&frob_device_lock);
	return 0;
}

/* One thread sleeps with the mutex, the writer waits for it. */
static void mutex_hogged(void)
{
	kthread_run(frob_hog_device, NULL, "frob-hog");
	msleep(100);
	frob_open_device();
}

static noinline void frob_finish_work(struct work_struct *work)
{
	flush_work(work);
	barrier();
}

static void frob_sleepy_handler(struct work_struct *work)
{
	ssleep(1000);
}
static DECLARE_WORK(frob_sleepy_work, frob_sleepy_handler);

static void flush_stuck_work(void)
{
	schedule_work(&frob_sleepy_work);
	msleep(50);
	frob_finish_work(&frob_sleepy_work);
}

static noinline void frob_occupy_worker(struct work_struct *work)
{
	while (!frob_ready)
		cond_resched();
}
static DECLARE_WORK(frob_greedy_work, frob_occupy_worker);

static void frob_next_handler(struct work_struct *work)
{
}
static DECLARE_WORK(frob_next_work, frob_next_handler);

/* A worker that never sleeps starves the others of its pool. */
static void workqueue_stall(void)
{
	schedule_work_on(0, &frob_greedy_work);
	schedule_work_on(0, &frob_next_work);
}

const struct frob_bug frob_stalls[] = {
	{ "busy-loop", busy_loop },
	{ "rcu-reader-loop", rcu_reader_loop },
	{ "irqs-off-loop", irqs_off_loop },
	{ "lost-reply", lost_reply },
	{ "lost-wakeup", lost_wakeup },
	{ "mutex-self-deadlock", mutex_self_deadlock },
	{ "mutex-hogged", mutex_hogged },
	{ "flush-stuck-work", flush_stuck_work },
	{ "workqueue-stall", workqueue_stall },
	{ }
};
