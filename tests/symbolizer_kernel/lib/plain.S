/* Code of which DWARF says nothing: only the symbol table knows it. Then a function's padding, and a name with a
 * compiler's suffix. */
    .text
    .globl  asm_only
    .type   asm_only, @function
asm_only:
    nop
    nop
    ret
    .size   asm_only, . - asm_only
    .balign 16
__pfx_suffixed:
    .fill   16, 1, 0x90
    .globl  suffixed.isra.0
    .type   suffixed.isra.0, @function
suffixed.isra.0:
    nop
    ret
    .size   suffixed.isra.0, . - suffixed.isra.0
