#include <stdlib.h>
#include <unistd.h>

#include "kernel.h"

/* Texts that real kernels have printed. */
#define CONSOLE(name, file)                                       \
	extern const char name[], name##_end[];                   \
	asm(".pushsection .rodata\n"                              \
	    ".global " #name ", " #name "_end\n"                  \
	    #name ": .incbin \"" file "\"\n"                      \
	    #name "_end: .popsection\n")

CONSOLE(console_boot, "console/boot.txt");
CONSOLE(console_use_after_free, "console/use-after-free.txt");
CONSOLE(console_null_pointer, "console/null-pointer.txt");

static void print(const char *text, const char *end)
{
	while (text < end) {
		long written = write(1, text, end - text);

		if (written <= 0)
			exit(1);
		text += written;
	}
}

void print_boot(void)
{
	print(console_boot, console_boot_end);
}

void print_shutdown(void)
{
	static const char done[] = "init: TEST-DONE\n";

	print(done, done + sizeof(done) - 1);
}

void report_use_after_free(void)
{
	print(console_use_after_free, console_use_after_free_end);
	exit(0);
}

void report_null_pointer(void)
{
	print(console_null_pointer, console_null_pointer_end);
	exit(0);
}
