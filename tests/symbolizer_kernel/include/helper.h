#include "mark.h"

static ALWAYS_INLINE int innermost(int value) {
  sink = value;
  MARK(in_innermost); /* LINE(innermost) */
  return value + 1;
}

static ALWAYS_INLINE int middle(int value) { return innermost(value * 3) + 2; /* LINE(middle) */ }
