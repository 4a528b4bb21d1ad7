/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks that are set or adjusted (TIME_INJOFFSET, TIME_ADJNTPVAL). */
#ifndef RAUDIT_CLOCK_H
#define RAUDIT_CLOCK_H

#include "records.h"

/* Address of the kernel's struct timekeeper; 0: not known. */
const volatile __u64 timekeeper = 0;

/* include/uapi/linux/timex.h */
#define ADJ_SETOFFSET 0x0100
#define ADJ_NANO 0x2000
#define NSEC_PER_USEC 1000
#define NSEC_PER_SEC 1000000000L

/* An offset was injected; none at all is not worth a record. */
static __always_inline void clock_injected(struct records *r)
{
	if (r->delta.tv_sec || r->delta.tv_nsec)
		special_set(r, SPECIAL_INJOFFSET);
	r->special.value[SPECIAL_INJECT] = r->delta.tv_sec;
	r->special.value[SPECIAL_INJECT + 1] = r->delta.tv_nsec;
}

/*
 * What settimeofday adds to the clock is computed where no program sees it, but it is also what wall_to_monotonic loses
 * (do_settimeofday64, kernel/time/timekeeping.c).
 */
static __always_inline void wall_to_monotonic(struct timespec64 *to)
{
	struct timekeeper *tk = (struct timekeeper *)timekeeper;

	bpf_core_read(to, sizeof(*to), &tk->wall_to_monotonic);
}

SEC("fentry/do_settimeofday64")
int HOOK(settime_enter)
{
	struct records *r = records_now();

	if (r)
		wall_to_monotonic(&r->delta);
	return 0;
}

SEC("fexit/do_settimeofday64")
int HOOK(settime_exit, const struct timespec64 *ts, int ret)
{
	struct records *r = records_now();
	struct timespec64 now = {};

	if (!r || ret)
		return 0;
	wall_to_monotonic(&now);
	r->delta.tv_sec -= now.tv_sec;
	r->delta.tv_nsec -= now.tv_nsec;
	if (r->delta.tv_nsec < 0) {
		r->delta.tv_nsec += NSEC_PER_SEC;
		r->delta.tv_sec--;
	}
	clock_injected(r);
	return 0;
}

/* Before the call writes its results over what it was given. */
SEC("fentry/do_adjtimex")
int HOOK(adjtimex_enter, struct __kernel_timex *txc)
{
	struct records *r = records_now();
	__u32 modes;

	if (!r)
		return 0;
	modes = BPF_CORE_READ(txc, modes);
	r->injects = 1 + !!(modes & ADJ_SETOFFSET);
	r->delta.tv_sec = BPF_CORE_READ(txc, time.tv_sec);
	r->delta.tv_nsec = BPF_CORE_READ(txc, time.tv_usec);
	if (!(modes & ADJ_NANO))
		r->delta.tv_nsec *= NSEC_PER_USEC;
	return 0;
}

/* The offset was injected, and the six values of NTP are now as they stay. */
static __always_inline int clock_adjusted(const struct audit_ntp_data *of)
{
	struct records *r = records_now();
	struct audit_ntp_data data;
	bool changed = false;

	if (!r || !r->injects || bpf_probe_read_kernel(&data, sizeof(data), of))
		return 0;
	if (r->injects == 2)
		clock_injected(r);
	for (int i = 0; i < NTP_VALUES; i++)
		changed = changed || data.vals[i].newval != data.vals[i].oldval;
	if (!changed)
		return 0;
	if (r->injects != 2)
		r->special.value[SPECIAL_INJECT] = r->special.value[SPECIAL_INJECT + 1] = 0;
	special_set(r, SPECIAL_ADJNTPVAL);
	for (int i = 0; i < NTP_VALUES; i++) {
		r->special.value[2 * i] = data.vals[i].oldval;
		r->special.value[2 * i + 1] = data.vals[i].newval;
	}
	return 0;
}

/* One of the two: ntp_adjtimex since 6.14. */
SEC("fexit/__do_adjtimex")
int HOOK(adjtimex_exit, void *txc, void *ts, __s32 *tai, struct audit_ntp_data *data)
{
	return clock_adjusted(data);
}

SEC("fexit/ntp_adjtimex")
int HOOK(ntp_exit, unsigned int id, void *txc, void *ts, __s32 *tai, struct audit_ntp_data *data)
{
	return clock_adjusted(data);
}

#endif
