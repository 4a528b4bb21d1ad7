# rauditd: make alone says what there is to make. cargo does the building; CARGO_TARGET_DIR is honoured.

prefix ?= /usr/local
bindir ?= $(prefix)/bin
sbindir ?= $(prefix)/sbin
mandir ?= $(prefix)/share/man
docdir ?= $(prefix)/share/doc/rauditd
bashcompdir ?= $(prefix)/share/bash-completion/completions
zshcompdir ?= $(prefix)/share/zsh/site-functions
fishcompdir ?= $(prefix)/share/fish/vendor_completions.d
sysconfdir ?= /etc
logdir ?= /var/log/audit
INSTALL ?= install

CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
export CARGO_TARGET_DIR

programs := rauditd rauditctl raudispd rausearch raureport
sinks := audisp-af_unix audisp-filter audisp-remote audisp-statsd audisp-syslog
relatives := aulast aulastlog ausyscall
release := $(CARGO_TARGET_DIR)/release
# A page is called as its program, which may have the name of one of auditd's; those of auditd's files have names of ours.
pages := $(wildcard man/*.[1-8])

SECONDS ?= 180

.PHONY: help all build deb demo test vm-test bench fuzz tables tables-check completions check install clean

help:
	@echo 'make build    all programs, into $(release)'
	@echo 'make deb      Debian packages: rauditd beside auditd, or in its place, and back'
	@echo 'make demo     capture real events on this machine for a few seconds, and leave it as it was (root)'
	@echo 'make test     every test there is; root for most of them, under an hour from nothing on two cores'
	@echo 'make check    format, lints, documentation, length of files and functions'
	@echo 'make vm-test  the tests that need a kernel of their own, in QEMU'
	@echo 'make bench    what auditing costs: no audit, kernel audit, rauditd (root; more than half an hour)'
	@echo 'make fuzz     look for inputs that break the parsers of rules, for SECONDS=$(SECONDS) altogether'
	@echo 'make tables   the tables of names and numbers, anew from the system headers'
	@echo 'make completions  the completions of the shells, anew from what --help tells'
	@echo 'make install  programs, manual pages, completions, configuration where there is none (DESTDIR, prefix)'
	@echo 'make clean    remove what was built'

all build:
	@scripts/bootstrap build
	cargo build --release --locked

deb: build
	@scripts/deb

demo: build
	@tests/demo/run

test:
	@scripts/test

vm-test: build
	@tests/vm/test

bench: build
	cargo bench --locked -p raudit-daemon --bench pipeline
	@tests/bench/all

fuzz:
	@fuzz/run $(SECONDS)

check:
	@scripts/bootstrap build
	@scripts/check

tables tables-check:
	@scripts/bootstrap tables
	python3 crates/tables/generate/generate.py $(if $(filter %-check,$@),--check)

completions:
	COMPLETIONS=write cargo test --locked --no-default-features --test manual completions_are_made_of_help

install:
	@test -x $(release)/rauditd || { echo 'make install: nothing is built yet; first: make build' >&2; exit 1; }
	$(INSTALL) -d -m 755 $(DESTDIR)$(bindir) $(DESTDIR)$(sbindir) $(DESTDIR)$(docdir)
	$(INSTALL) -m 755 $(addprefix $(release)/,$(programs)) $(DESTDIR)$(sbindir)
	$(INSTALL) -m 755 $(addprefix $(release)/,$(relatives)) $(DESTDIR)$(bindir)
	ln -sf rauditctl $(DESTDIR)$(sbindir)/augenrules
	for sink in $(sinks); do test -e $(DESTDIR)$(sbindir)/$$sink || ln -s raudispd $(DESTDIR)$(sbindir)/$$sink || exit 1; done
	$(INSTALL) -m 644 README.md CHANGELOG.md LICENSE LICENSE-APACHE LICENSE-MIT LICENSE-GPL compat/DIFFERENCES.md $(DESTDIR)$(docdir)
	for page in $(pages); do \
	  $(INSTALL) -D -m 644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/} || exit 1; done
	$(INSTALL) -d -m 755 $(DESTDIR)$(bashcompdir) $(DESTDIR)$(zshcompdir) $(DESTDIR)$(fishcompdir)
	$(INSTALL) -m 644 completions/bash/* $(DESTDIR)$(bashcompdir)
	$(INSTALL) -m 644 completions/zsh/* $(DESTDIR)$(zshcompdir)
	$(INSTALL) -m 644 completions/fish/* $(DESTDIR)$(fishcompdir)
	for dir in audit audit/plugins.d; do \
	  test -d $(DESTDIR)$(sysconfdir)/$$dir || $(INSTALL) -d -m 750 $(DESTDIR)$(sysconfdir)/$$dir || exit 1; done
	for file in auditd.conf rauditd.conf audisp-remote.conf audisp-statsd.conf $(patsubst compat/%,%,$(wildcard compat/plugins.d/*.conf)); do \
	  test -e $(DESTDIR)$(sysconfdir)/audit/$$file \
	    || $(INSTALL) -m 640 compat/$$file $(DESTDIR)$(sysconfdir)/audit/$$file || exit 1; done
	test -d $(DESTDIR)$(logdir) || $(INSTALL) -d -m 700 $(DESTDIR)$(logdir)

clean:
	cargo clean
