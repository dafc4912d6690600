/*
 * A guest for QEMU's -kernel (Multiboot 1) that says what it is told: it writes its first module, which -initrd gives, to
 * the serial port, then ends as the last letter of its command line says: r resets, p powers nothing off but halts for
 * good, t triple faults.
 */
#define MULTIBOOT_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0
#define COM1 0x3f8

	.text
	.align 4
	.long MULTIBOOT_MAGIC
	.long MULTIBOOT_FLAGS
	.long -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.globl _start
_start:
	movl 24(%ebx), %eax		/* mods_addr */
	movl 20(%ebx), %ecx		/* mods_count */
	testl %ecx, %ecx
	jz end
	movl (%eax), %esi		/* the module's start */
	movl 4(%eax), %edi		/* and end */
next:
	cmpl %edi, %esi
	jae end
wait:
	movw $(COM1 + 5), %dx
	inb %dx, %al
	testb $0x20, %al		/* the transmitter is empty */
	jz wait
	movw $COM1, %dx
	lodsb
	outb %al, %dx
	jmp next

end:
	movl 16(%ebx), %esi		/* cmdline */
	xorb %al, %al
last:
	movb %al, %ah
	lodsb
	testb %al, %al
	jnz last
	cmpb $'r', %ah
	je reset
	cmpb $'t', %ah
	je fault
halt:
	cli
	hlt
	jmp halt
reset:
	movb $0xfe, %al			/* by the keyboard controller */
	outb %al, $0x64
	jmp halt
fault:
	lidt no_idt
	int3
no_idt:
	.word 0
	.long 0
