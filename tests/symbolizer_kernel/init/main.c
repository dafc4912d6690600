#include "mark.h"

const char linux_banner[] = "Linux version 6.99.0-pretend (builder@nowhere) (gcc) #7 SMP\n";
volatile int sink;

OUT_OF_LINE void sink_in(int value) { sink = value; }

NORETURN void stop(void) {
  for (;;) sink = 1;
}

OUT_OF_LINE void start_kernel(void) { /* LINE(start_kernel) */
  sink = 2;
  sink_in(use_alpha(1) + use_beta(2)); /* LINE(start_sink) */
  MARK(after_sink);
  sink = use_nested(4);
  stop(); /* LINE(stop_call) */
}
