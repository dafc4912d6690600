#include "helper.h"

OUT_OF_LINE int use_nested(int value) {
  sink = value;
  return middle(value + 5); /* LINE(use_nested) */
}
