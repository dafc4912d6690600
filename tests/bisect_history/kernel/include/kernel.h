#ifndef KERNEL_H
#define KERNEL_H

/* kernel/printk.c */
void print_boot(void);
void print_shutdown(void);
/* These do not return. */
void report_use_after_free(void);
void report_null_pointer(void);

/* kernel/race.c: does the named race go the wrong way in this boot? */
int race_lost(const char *name, double otherwise);

/* mm/slab.c */
void *kmalloc(unsigned long size);
void kfree(void *object);
void kasan_check(const void *object);

/* drivers */
int frob_selftest(void);
int gadget_selftest(void);

#endif
