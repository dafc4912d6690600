// SPDX-License-Identifier: GPL-2.0
/* Use after free, out of bounds, double free, leaks, lists and refcounts. */
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "frob.h"

struct frob_packet {
	struct list_head link;
	struct rcu_head rcu;
	struct kref references;
	int length;
	char payload[60];
};

static volatile long sink;
static char frob_table[24];
static LIST_HEAD(frob_queue);

static noinline struct frob_packet *frob_new_packet(void)
{
	struct frob_packet *packet = kzalloc(sizeof(*packet), GFP_ATOMIC);

	packet->length = 7;
	kref_init(&packet->references);
	return packet;
}

static noinline void frob_drop_packet(struct frob_packet *packet)
{
	kfree(packet);
}

static noinline void frob_read_length(struct frob_packet *packet)
{
	sink = READ_ONCE(packet->length);
}

static void uaf_read(void)
{
	struct frob_packet *packet = frob_new_packet();

	frob_drop_packet(packet);
	frob_read_length(packet);
}

static noinline void frob_truncate(struct frob_packet *packet)
{
	WRITE_ONCE(packet->length, 0);
}

static void uaf_write(void)
{
	struct frob_packet *packet = frob_new_packet();

	frob_drop_packet(packet);
	frob_truncate(packet);
	/* Let SLUB notice on kernels without KASAN. */
	kfree(frob_new_packet());
}

static noinline void frob_fill_payload(struct frob_packet *packet, const char *from, size_t size)
{
	memcpy(packet->payload + 8, from, size);
	barrier();
}

static void oob_memcpy(void)
{
	static const char text[128] = "more than fits";
	struct frob_packet *packet = frob_new_packet();
	size_t size = sizeof(packet->payload);

	OPTIMIZER_HIDE_VAR(size);
	frob_fill_payload(packet, text, size);
	kfree(packet);
}

static noinline void frob_terminate(char *text, size_t length)
{
	text[length] = 0;
}

static void oob_write(void)
{
	size_t length = 40;
	char *text = kmalloc(40, GFP_ATOMIC);

	OPTIMIZER_HIDE_VAR(length);
	OPTIMIZER_HIDE_VAR(text);
	frob_terminate(text, length);
	kfree(text);
}

static noinline void frob_look_up(const char *table, int index)
{
	sink = READ_ONCE(table[index]);
}

static void oob_global(void)
{
	int index = sizeof(frob_table) + 2;

	OPTIMIZER_HIDE_VAR(index);
	frob_look_up(frob_table, index);
}

static void oob_stack(void)
{
	char local[24];
	int index = sizeof(local) + 3;

	memset(local, 1, sizeof(local));
	OPTIMIZER_HIDE_VAR(index);
	frob_look_up(local, index);
	sink = local[2];
}

static void oob_vmalloc(void)
{
	char *area = vmalloc(PAGE_SIZE - 100);
	int index = PAGE_SIZE - 90;

	OPTIMIZER_HIDE_VAR(index);
	frob_look_up(area, index);
	vfree(area);
}

static noinline void frob_finish(struct frob_packet *packet)
{
	sink = packet->length;
	kfree(packet);
}

static void double_free(void)
{
	struct frob_packet *packet = frob_new_packet();

	frob_drop_packet(packet);
	frob_finish(packet);
}

static noinline void frob_free_payload(struct frob_packet *packet)
{
	kfree(packet->payload);
	barrier();
}

static void invalid_free(void)
{
	frob_free_payload(frob_new_packet());
}

static noinline void frob_lose_packets(int count)
{
	while (count--)
		frob_new_packet();
	sink = count;
}

static void leak(void)
{
	frob_lose_packets(2);
}

static noinline void frob_dequeue(struct frob_packet *packet)
{
	list_del(&packet->link);
	barrier();
}

static void list_del_twice(void)
{
	struct frob_packet *packet = frob_new_packet();

	list_add(&packet->link, &frob_queue);
	frob_dequeue(packet);
	frob_dequeue(packet);
}

static noinline void frob_enqueue(struct frob_packet *packet)
{
	list_add_tail(&packet->link, &frob_queue);
	barrier();
}

static void list_add_twice(void)
{
	struct frob_packet *packet = frob_new_packet();

	frob_enqueue(packet);
	frob_enqueue(packet);
}

static void frob_release_packet(struct kref *references)
{
	kfree_rcu(container_of(references, struct frob_packet, references), rcu);
}

static noinline void frob_put_packet(struct frob_packet *packet)
{
	kref_put(&packet->references, frob_release_packet);
	barrier();
}

/* One put too many: refcount_t reports an underflow. */
static void kref_underflow(void)
{
	struct frob_packet *packet = frob_new_packet();

	rcu_read_lock();
	frob_put_packet(packet);
	frob_put_packet(packet);
	rcu_read_unlock();
}

static noinline void frob_get_packet(struct frob_packet *packet)
{
	kref_get(&packet->references);
	barrier();
}

static void kref_get_zero(void)
{
	struct frob_packet *packet = frob_new_packet();

	rcu_read_lock();
	frob_put_packet(packet);
	frob_get_packet(packet);
	rcu_read_unlock();
}

static noinline void frob_destroy_cache(struct kmem_cache *cache)
{
	kmem_cache_destroy(cache);
	barrier();
}

static void cache_not_empty(void)
{
	struct kmem_cache *cache = kmem_cache_create("frob_packet", 96, 0, 0, NULL);

	sink = (long)kmem_cache_alloc(cache, GFP_KERNEL);
	frob_destroy_cache(cache);
}

static noinline void frob_return_page(struct page *page)
{
	__free_page(page);
	barrier();
}

static void page_free_twice(void)
{
	struct page *page = alloc_page(GFP_ATOMIC);

	frob_return_page(page);
	frob_return_page(page);
}

static noinline void frob_map_page(struct page *page)
{
	/* Whoever frees the page will find it still mapped. */
	atomic_set(&page->_mapcount, 3);
	__free_page(page);
	barrier();
}

static void page_bad_state(void)
{
	frob_map_page(alloc_page(GFP_ATOMIC));
}

static noinline void frob_read_page(const char *address)
{
	sink = READ_ONCE(address[17]);
}

static void page_after_free(void)
{
	struct page *page = alloc_page(GFP_ATOMIC);
	char *address = page_address(page);

	__free_page(page);
	frob_read_page(address);
}

const struct frob_bug frob_memory[] = {
	{ "uaf-read", uaf_read },
	{ "uaf-write", uaf_write },
	{ "oob-memcpy", oob_memcpy },
	{ "oob-write", oob_write },
	{ "oob-global", oob_global },
	{ "oob-stack", oob_stack },
	{ "oob-vmalloc", oob_vmalloc },
	{ "double-free", double_free },
	{ "invalid-free", invalid_free },
	{ "leak", leak },
	{ "list-del-twice", list_del_twice },
	{ "list-add-twice", list_add_twice },
	{ "kref-underflow", kref_underflow },
	{ "kref-get-zero", kref_get_zero },
	{ "cache-not-empty", cache_not_empty },
	{ "page-free-twice", page_free_twice },
	{ "page-bad-state", page_bad_state },
	{ "page-after-free", page_after_free },
	{ }
};
