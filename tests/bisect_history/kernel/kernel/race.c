#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

static uint64_t hash = 14695981039346656037u;

static void mix(const char *text)
{
	while (text && *text)
		hash = (hash ^ (unsigned char)*text++) * 1099511628211u;
}

/*
 * RACE_<name> is the chance that the race is lost. With RACE_SEED the same run of the same commit ends the same,
 * whenever it is done.
 */
int race_lost(const char *name, double otherwise)
{
	char variable[64] = "RACE_";
	const char *rate;
	int i;

	for (i = 0; name[i] && i < 50; ++i)
		variable[5 + i] = name[i];
	rate = getenv(variable);
	mix(name);
	if (getenv("RACE_SEED")) {
		mix(getenv("RACE_SEED"));
		mix(getenv("KTRIAGE_COMMIT"));
		mix(getenv("KTRIAGE_RUN"));
	} else {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		hash ^= now.tv_nsec * 2654435761u + getpid();
	}
	hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
	hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
	hash ^= hash >> 31;
	return (hash >> 11) < (rate ? atof(rate) : otherwise) * 9007199254740992.0;
}
