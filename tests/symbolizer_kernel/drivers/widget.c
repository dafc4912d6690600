#include "mark.h"

volatile int sink;

OUT_OF_LINE int widget_poll(int value) {
  sink = value;
  MARK(widget_text); /* LINE(widget_text) */
  return value;
}

__attribute__((section(".init.text"))) OUT_OF_LINE int widget_init(int value) {
  sink = value;
  MARK(widget_init); /* LINE(widget_init) */
  return value + 1;
}

__attribute__((section(".exit.text"))) OUT_OF_LINE int widget_exit(int value) {
  sink = value;
  MARK(widget_exit); /* LINE(widget_exit) */
  return value + 2;
}
