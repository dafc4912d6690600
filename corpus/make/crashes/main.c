// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/frob/provoke: writing "NAME" provokes the bug NAME in the
 * writer's context; "NAME@work", "@timer", "@thread", "@ipi" somewhere else.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "frob.h"

static const struct frob_bug *frob_current;

static const struct frob_bug *frob_find(const char *name)
{
	static const struct frob_bug *const tables[] = {
		frob_faults, frob_memory, frob_locks, frob_stalls, frob_misc,
		frob_races,
	};
	const struct frob_bug *bug;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (bug = tables[i]; bug->name; bug++)
			if (!strcmp(bug->name, name))
				return bug;
	return NULL;
}

static void frob_work_handler(struct work_struct *work)
{
	frob_current->provoke();
}
static DECLARE_WORK(frob_work, frob_work_handler);

static void frob_timer_handler(struct timer_list *timer)
{
	frob_current->provoke();
}
static DEFINE_TIMER(frob_timer, frob_timer_handler);

static int frob_thread(void *unused)
{
	frob_current->provoke();
	return 0;
}

static void frob_ipi_handler(void *unused)
{
	frob_current->provoke();
}

static ssize_t frob_provoke_write(struct file *file, const char __user *from,
				  size_t count, loff_t *pos)
{
	char command[64];
	char *context = command;
	char *name;

	if (count >= sizeof(command))
		return -EINVAL;
	if (copy_from_user(command, from, count))
		return -EFAULT;
	command[count] = 0;
	name = strsep(&context, "@\n");
	frob_current = frob_find(name);
	if (!frob_current)
		return -ENOENT;
	if (context)
		context = strim(context);
	if (!context || !*context)
		frob_current->provoke();
	else if (!strcmp(context, "work"))
		schedule_work(&frob_work);
	else if (!strcmp(context, "timer"))
		mod_timer(&frob_timer, jiffies + 2);
	else if (!strcmp(context, "thread"))
		kthread_run(frob_thread, NULL, "frobd");
	else if (!strcmp(context, "ipi"))
		smp_call_function_single(num_online_cpus() - 1, frob_ipi_handler, NULL, 0);
	else
		return -EINVAL;
	return count;
}

static const struct file_operations frob_fops = {
	.write = frob_provoke_write,
	.open = simple_open,
};

static int __init frob_init(void)
{
	debugfs_create_file("provoke", 0200, debugfs_create_dir("frob", NULL),
			    NULL, &frob_fops);
	return 0;
}
late_initcall(frob_init);

MODULE_DESCRIPTION("A pretend driver full of real bugs");
MODULE_LICENSE("GPL");
