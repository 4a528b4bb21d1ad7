/* SPDX-License-Identifier: GPL-2.0-only */
/* What the Rust side checks its own layout against. */
#ifndef RAUDIT_LAYOUT_H
#define RAUDIT_LAYOUT_H

#include "maps.h"

/* Types reach the object's BTF, and so the layout check on the other side, by being mentioned in a global. */
const volatile struct event *layout_event;
const volatile struct section *layout_section;
const volatile struct item *layout_item;
const volatile struct argv_chunk *layout_chunk;
const volatile struct exec_caps *layout_exec_caps;
const volatile struct policy *layout_policy;
const volatile struct hits *layout_hits;
const volatile enum policy_limit layout_policy_limit;
const volatile enum label_part layout_label_part;
const volatile enum label_op layout_label_op;
const volatile struct counters *layout_counters;
const volatile enum fact layout_fact;
const volatile enum want layout_want;
const volatile struct special *layout_special;
const volatile struct target *layout_target;
const volatile struct target_chunk *layout_targets;
const volatile enum special_kind layout_special_kind;
const volatile enum special_limit layout_special_limit;
const volatile enum event_type layout_event_type;
const volatile enum event_flag layout_event_flag;
const volatile enum section_kind layout_section_kind;
const volatile enum section_flag layout_section_flag;
const volatile enum item_kind layout_item_kind;
const volatile enum item_flag layout_item_flag;
const volatile enum policy_test_kind layout_policy_test_kind;
const volatile enum loss layout_loss;
const volatile enum place_kind layout_place_kind;
const volatile enum item_fact layout_item_fact;
const volatile enum audited layout_audited;

#endif
