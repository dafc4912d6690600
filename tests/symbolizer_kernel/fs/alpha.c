#include "mark.h"

/* Same name and another size than beta's: the size tells them apart. */
static OUT_OF_LINE int same_name(int value) {
  MARK(alpha_same); /* LINE(alpha_same) */
  sink = value;
  return value;
}

/* Same name and same size as beta's: nothing tells them apart. */
static OUT_OF_LINE int twin(int value) {
  MARK(alpha_twin); /* LINE(alpha_twin) */
  sink = value;
  return value;
}

OUT_OF_LINE int use_alpha(int value) { return same_name(value) + twin(value); }
