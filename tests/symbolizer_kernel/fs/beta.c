#include "mark.h"

static OUT_OF_LINE int same_name(int value) {
  sink = value;
  sink = value + 1;
  sink = value + 2;
  sink = value + 3;
  MARK(beta_same); /* LINE(beta_same) */
  sink = value + 4;
  return value;
}

static OUT_OF_LINE int twin(int value) {
  MARK(beta_twin); /* LINE(beta_twin) */
  sink = value;
  return value;
}

OUT_OF_LINE int use_beta(int value) { return same_name(value) + twin(value); }
