/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frob: a pretend driver full of real bugs, for the crash corpus of ktriage.
 * Every bug is one function; the function named in the label's `guilty` is the
 * one whose source line is wrong.
 */
#ifndef FROB_H
#define FROB_H

struct frob_bug {
  const char* name;
  void (*provoke)(void);
};

/* Each ends with an entry without a name. */
extern const struct frob_bug frob_faults[];
extern const struct frob_bug frob_memory[];
extern const struct frob_bug frob_locks[];
extern const struct frob_bug frob_stalls[];
extern const struct frob_bug frob_misc[];
extern const struct frob_bug frob_races[];

/* What the device does behind KCSAN's back. */
extern long frob_device_status;
void frob_device_writes(void);

#endif
