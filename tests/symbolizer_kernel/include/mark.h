/* A pretend kernel for the symbolizer's tests. MARK(name) notes the address where it stands in section .marks, which
 * the tests read: labels would end functions. Lines that matter carry a comment LINE(name), which the tests look for.
 */
#define MARK(name)                  \
  __asm__ volatile(                 \
      "1: nop\n"                    \
      ".pushsection .marks,\"a\"\n" \
      ".quad 1b\n"                  \
      ".asciz \"" #name             \
      "\"\n"                        \
      ".balign 8\n"                 \
      ".popsection\n" ::            \
          : "memory")

#define OUT_OF_LINE __attribute__((noinline, noclone))
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NORETURN __attribute__((noreturn, noinline, noclone))

extern volatile int sink;
void sink_in(int value);
void start_kernel(void);
int use_alpha(int value);
int use_beta(int value);
int use_nested(int value);
NORETURN void stop(void);
