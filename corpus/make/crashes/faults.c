// SPDX-License-Identifier: GPL-2.0
/* Bad pointers, traps, BUG, WARN and panic. */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "frob.h"

struct frob_session {
	struct frob_session *next;
	struct mutex busy;
	wait_queue_head_t waiters;
	int (*callback)(struct frob_session *session);
	int users;
	int divisor;
	char header[32];
};

static volatile long sink;

/* A pointer the compiler knows nothing about. */
static struct frob_session *session_at(unsigned long address)
{
	OPTIMIZER_HIDE_VAR(address);
	return (struct frob_session *)address;
}

static noinline void frob_count_users(struct frob_session *session)
{
	sink = READ_ONCE(session->users);
}

static void null_read(void)
{
	frob_count_users(session_at(0));
}

static noinline void frob_set_divisor(struct frob_session *session, int value)
{
	WRITE_ONCE(session->divisor, value);
}

static void null_write(void)
{
	frob_set_divisor(session_at(0), 7);
}

static noinline void frob_run_callback(struct frob_session *session)
{
	sink = session->callback(session);
	barrier();
}

static void null_call(void)
{
	struct frob_session *session = kzalloc(sizeof(*session), GFP_ATOMIC);

	frob_run_callback(session);
	kfree(session);
}

static void wild_call(void)
{
	struct frob_session *session = kzalloc(sizeof(*session), GFP_ATOMIC);

	session->callback = (void *)0xffffffff12345678UL;
	frob_run_callback(session);
	kfree(session);
}

static noinline void frob_follow_link(struct frob_session *session)
{
	sink = READ_ONCE(session->next->users);
}

static void wild_noncanonical(void)
{
	struct frob_session *session = kzalloc(sizeof(*session), GFP_ATOMIC);

	session->next = session_at(0x6b6b6b6b6b6b6b6bUL);
	frob_follow_link(session);
	kfree(session);
}

static void wild_unmapped(void)
{
	struct frob_session *session = kzalloc(sizeof(*session), GFP_ATOMIC);

	session->next = session_at(0xffffc900dead0000UL);
	frob_follow_link(session);
	kfree(session);
}

static void wild_user(void)
{
	struct frob_session *session = kzalloc(sizeof(*session), GFP_ATOMIC);

	session->next = session_at(0x12345678UL);
	frob_follow_link(session);
	kfree(session);
}

/* The fault is in a helper; the caller passed it nonsense. */
static noinline void frob_copy_header(char *to, struct frob_session *session, size_t size)
{
	memcpy(to, session->header, size);
	barrier();
}

static void memcpy_wild(void)
{
	size_t size = 900;
	char *to = kmalloc(1024, GFP_ATOMIC);

	OPTIMIZER_HIDE_VAR(size);
	frob_copy_header(to, session_at(0xffffc900dead0000UL), size);
	sink = to[3];
	kfree(to);
}

static noinline void frob_set_name(struct frob_session *session)
{
	char *name = kstrdup(session->header, GFP_ATOMIC);

	sink = name ? name[0] : 0;
	kfree(name);
}

static void kstrdup_wild(void)
{
	frob_set_name(session_at(0xffffc900dead0000UL));
}

static noinline void frob_enter(struct frob_session *session)
{
	mutex_lock(&session->busy);
	barrier();
}

static void mutex_null(void)
{
	frob_enter(session_at(0));
}

static noinline void frob_notify(struct frob_session *session)
{
	wake_up(&session->waiters);
	barrier();
}

static void wakeup_wild(void)
{
	frob_notify(session_at(0xffffc900dead0000UL));
}

static noinline void frob_log_name(struct frob_session *session)
{
	char buffer[64];

	snprintf(buffer, sizeof(buffer), "session %.20s", session->header);
	sink = buffer[9];
}

static void snprintf_wild(void)
{
	frob_log_name(session_at(0xdead000000000100UL));
}

static noinline void frob_release_buffer(struct frob_session *session)
{
	kfree(session->header);
	barrier();
}

static void kfree_wild(void)
{
	frob_release_buffer(session_at(0xffffc900dead0000UL));
}

static noinline void frob_read_ring(int *ring)
{
	sink = READ_ONCE(ring[5]);
}

static void vmalloc_after_free(void)
{
	int *ring = vmalloc(PAGE_SIZE);

	vfree(ring);
	frob_read_ring(ring);
}

static noinline void frob_average(long total, int count)
{
	sink = total / count;
}

static void divide_by_zero(void)
{
	int zero = 0;

	OPTIMIZER_HIDE_VAR(zero);
	frob_average(1000, zero);
}

static noinline void frob_check_users(int users)
{
	BUG_ON(users < 0);
}

static void bug_on(void)
{
	int users = -1;

	OPTIMIZER_HIDE_VAR(users);
	frob_check_users(users);
}

static noinline void frob_check_state(int state)
{
	WARN_ON(state == 3);
}

static void warn_on(void)
{
	int state = 3;

	OPTIMIZER_HIDE_VAR(state);
	frob_check_state(state);
}

static noinline void frob_check_queue(int queue)
{
	WARN(queue > 4, "frob: queue %d of %d does not exist\n", queue, 4);
}

static void warn_message(void)
{
	int queue = 9;

	OPTIMIZER_HIDE_VAR(queue);
	frob_check_queue(queue);
}

static noinline void frob_give_up(int unit)
{
	panic("frob: unit %d does not answer", unit);
}

static void panic_message(void)
{
	frob_give_up(3);
}

#ifdef CONFIG_X86
static noinline void frob_undefined(void)
{
	asm volatile("ud2");
}

static noinline void frob_breakpoint(void)
{
	asm volatile("int3");
}

/* A non-canonical stack pointer: any push is a stack segment fault. */
static noinline void frob_bad_stack_access(void)
{
	asm volatile("push %%rbp; movabs $0x6b6b6b6b6b6b6b6b, %%rbp; mov (%%rbp), %%rax; pop %%rbp"
		     ::: "rax", "memory");
}
#endif

static noinline long frob_walk_tree(struct frob_session *session, long depth)
{
	char path[256];

	memset(path, depth, sizeof(path));
	OPTIMIZER_HIDE_VAR(depth);
	if (depth < 0)
		return 0;
	sink += path[depth & 255];
	return frob_walk_tree(session, depth + 1) + path[(depth + 1) & 255];
}

static void endless_recursion(void)
{
	sink = frob_walk_tree(NULL, 1);
}

const struct frob_bug frob_faults[] = {
	{ "null-read", null_read },
	{ "null-write", null_write },
	{ "null-call", null_call },
	{ "wild-call", wild_call },
	{ "wild-noncanonical", wild_noncanonical },
	{ "wild-unmapped", wild_unmapped },
	{ "wild-user", wild_user },
	{ "memcpy-wild", memcpy_wild },
	{ "kstrdup-wild", kstrdup_wild },
	{ "mutex-null", mutex_null },
	{ "wakeup-wild", wakeup_wild },
	{ "snprintf-wild", snprintf_wild },
	{ "kfree-wild", kfree_wild },
	{ "vmalloc-after-free", vmalloc_after_free },
	{ "divide-by-zero", divide_by_zero },
	{ "bug-on", bug_on },
	{ "warn-on", warn_on },
	{ "warn-message", warn_message },
	{ "panic-message", panic_message },
#ifdef CONFIG_X86
	{ "ud2", frob_undefined },
	{ "int3", frob_breakpoint },
	{ "stack-segment", frob_bad_stack_access },
#endif
	{ "endless-recursion", endless_recursion },
	{ }
};
