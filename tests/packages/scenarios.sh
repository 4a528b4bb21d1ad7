# What is tried, each in a copy of its own (sourced by run; root is the copy's tree). A scenario is a function scenario_NAME.

bad=0
here_is=${2:-}
ok() { echo "ok $here_is: $*"; }
fail() { echo "FAILED $here_is: $*"; bad=1; }
check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@" > "$root.check" 2>&1; then ok "$what"; else fail "$what"; head -n 30 "$root.check"; fi
}
not() { ! "$@"; }
silent() { local said; said=$("$@" 2>&1) && [ -z "$said" ] || { echo "$said"; return 1; }; }

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"; }
# Standard input is empty: who asks a question fails.
apt() { inside apt-get -q -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root -o Acquire::Languages=none "$@" < /dev/null; }

# sources NAME...: the repositories that apt knows from now on
sources() {
  local name
  for name in "$@"; do echo "deb [trusted=yes] file:/srv/$name ./"; done > "$root/etc/apt/sources.list"
  apt update > /dev/null
}
# act WHAT COMMAND...: a step that has to succeed
act() {
  local what=$1
  shift
  if "$@" > "$root.step" 2>&1; then ok "$what"; else fail "$what"; cat "$root.step"; fi
}

version() { inside dpkg-query -W -f '${db:Status-Abbrev}${Version}' "$1" 2> /dev/null || :; }
is_ours() { [[ $(version auditd) == "ii "*+rauditd* ]] && inside auditctl -v | grep -q '^auditctl version 4'; }
is_stock() { [[ $(version auditd) == 'ii 1:3.0.9-1' ]] && inside auditctl -v | grep -q '^auditctl version 3.0.9'; }
gone() { [[ $(version "$1") =~ ^(un .*)?$ ]]; }
enabled() { [ -L "$root/etc/systemd/system/multi-user.target.wants/${1:-auditd}.service" ]; }

# tree NAME [PATH...]: every file with type, mode, owner and content, into NAME; of the whole system without what package tools keep
tree() {
  local name=$1 others
  shift
  local tools=(srv proc dev run tmp var/lib/dpkg var/lib/apt var/cache var/log/apt var/log/dpkg.log var/log/alternatives.log
    etc/apt/sources.list etc/ld.so.cache)
  others=("${tools[@]/#/-o -path ./}")
  (
    cd "$root"
    # shellcheck disable=SC2068 # (words are wanted)
    find "${@:-.}" -xdev \( -false ${others[@]} \) -prune -o -printf '%p %y %m %u:%g %l\n'
    find "${@:-.}" -xdev \( -false ${others[@]} \) -prune -o -type f -print0 | xargs -0 -r sha256sum
  ) | sort > "$root.$name"
}
same() { diff "$root.$1" "$root.$2"; }

# lived_in: what an administrator has made of Debian's auditd
lived_in() {
  local etc=$root/etc/audit
  sed -i 's/^max_log_file = .*/max_log_file = 50/; s/^num_logs = .*/num_logs = 9/' "$etc/auditd.conf"
  printf '%s\n' '-w /etc/passwd -p wa -k identity' '-a always,exit -F arch=b64 -S execve -C uid!=euid -F euid=0 -k setuid' > "$etc/rules.d/50-site.rules"
  printf 'active = yes\ndirection = out\npath = /usr/bin/cat\ntype = always\nformat = string\n' > "$etc/plugins.d/site.conf"
  chmod 640 "$etc/rules.d/50-site.rules" "$etc/plugins.d/site.conf"
  sed -i 's/^active = no/active = yes/' "$etc/plugins.d/syslog.conf"
  inside augenrules > /dev/null
  echo 'type=DAEMON_START msg=audit(1700000000.123:4567): op=start ver=3.0.9' > "$root/var/log/audit/audit.log"
  echo 'type=DAEMON_END msg=audit(1600000000.123:1): op=terminate' > "$root/var/log/audit/audit.log.1"
  chown root:adm "$root"/var/log/audit/*
  chmod 640 "$root/var/log/audit/audit.log"
  chmod 440 "$root/var/log/audit/audit.log.1"
}
# (the file of our own settings comes and goes with the package rauditd)
state() {
  tree "$1" etc/audit var/log/audit etc/default etc/init.d etc/systemd/system
  sed -i '/rauditd\.conf/d' "$root.$1"
}

# modes: as the checks of STIG and CIS want them: stat of the very name, not of what a link leads to
modes() {
  local program
  for program in auditctl aureport ausearch auditd augenrules; do
    check "/sbin/$program is 0755 root:root" [ "$(stat -c '%a %U:%G' "$root/sbin/$program")" = '755 root:root' ]
  done
  check '/etc/audit and its directories are 0750 root:root' \
    [ "$(cd "$root/etc" && find audit -type d ! \( -perm 0750 -user root -group root \))" = '' ]
  check 'files in /etc/audit are 0640 root:root' \
    [ "$(cd "$root/etc" && find audit -type f ! \( -perm 0640 -user root -group root \))" = '' ]
  check '/var/log/audit is 0750 root:adm' [ "$(stat -c '%a %U:%G' "$root/var/log/audit")" = '750 root:adm' ]
}

scenario_fresh() {
  tree before
  sources debian ours
  act 'apt installs it' apt -y install auditd
  check 'it is ours' is_ours
  check 'the service is enabled' enabled
  check 'the one by its own name is not' not enabled rauditd
  check 'Debian keeps the log in the group adm' grep -qx 'log_group = adm' "$root/etc/audit/auditd.conf"
  check 'the first rules are merged' grep -qx -- '-b 8192' "$root/etc/audit/audit.rules"
  modes
  check 'rauditctl finds nothing wrong with the rules' inside rauditctl --check /etc/audit/rules.d
  for name in aulast aulastlog ausyscall; do check "$name runs" inside "$name" --help; done
  for name in syslog af_unix filter; do
    check "audisp-$name is raudispd" [ "$(inside readlink -e "/sbin/audisp-$name")" = /usr/sbin/raudispd ]
  done
  for unit in auditd audit-rules rauditd; do
    check "systemd-analyze verify $unit.service" silent inside systemd-analyze --man=no verify "/usr/lib/systemd/system/$unit.service"
  done
  for page in auditd auditctl augenrules ausearch aureport aulast audisp-syslog; do
    check "man 8 $page" gzip -t "$root/usr/share/man/man8/$page.8.gz"
  done
  act 'apt removes it' apt -y remove auditd
  check 'the configuration stays' [ -f "$root/etc/audit/auditd.conf" ]
  check 'the programs by their own names stay' inside rauditctl -v
  act 'apt purges all' apt -y purge auditd rauditd
  tree after
  check 'nothing is left' same before after
}

scenario_switch() {
  sources debian
  act 'Debian'"'"'s auditd is installed' apt -y install auditd
  lived_in
  state before
  tree stock
  sources debian ours
  act 'apt upgrades it, and asks nothing' apt -y install auditd
  check 'it is ours' is_ours
  state after
  check 'configuration, rules, plugins, logs and the enabled service are as they were' same before after
  check 'the rules would be merged to the same' sh -c 'chroot "$1" augenrules --check | grep -q "No change"' sh "$root"
  check 'nothing of the old programs is left' [ ! -e "$root/sbin/autrace" ]
  check 'the unit is ours' grep -q rauditd "$root/lib/systemd/system/auditd.service"
  act 'Debian'"'"'s comes back' apt -y --allow-downgrades install auditd=1:3.0.9-1
  check 'it is Debian'"'"'s' is_stock
  state after
  check 'configuration, rules, plugins, logs and the enabled service are as they were' same before after
  act 'the programs by their own names go' apt -y purge rauditd
  tree after
  check 'nothing is left' same stock after
}

scenario_plugins() {
  sources debian
  act 'Debian'"'"'s auditd and its plugins are installed' apt -y install auditd audispd-plugins
  lived_in
  sed -i 's/^remote_server = .*/remote_server = loghost.example/' "$root/etc/audit/audisp-remote.conf"
  sed -i 's/^active = no/active = yes/' "$root/etc/audit/plugins.d/au-remote.conf"
  state before
  tree stock
  sources debian ours
  act 'apt upgrades both' apt -y dist-upgrade
  check 'it is ours' is_ours
  check 'so are the plugins' inside audisp-remote --help
  state after
  sed -i '/statsd/d' "$root.after"
  check 'what was there is as it was' same before after
  check 'the new plugin has its files' [ -f "$root/etc/audit/audisp-statsd.conf" ]
  act 'Debian'"'"'s come back' apt -y --allow-downgrades install auditd=1:3.0.9-1 audispd-plugins=1:3.0.9-1
  act 'the programs by their own names go' apt -y purge rauditd
  tree after
  check 'nothing is left' same stock after
}

scenario_files() {
  local files
  sources debian
  act 'Debian'"'"'s auditd and its plugins are installed' apt -y install auditd audispd-plugins
  mapfile -t files < <(cd "$root" && printf '/%s\n' srv/ours/rauditd_*.deb srv/ours/auditd_*.deb srv/ours/audispd-plugins_*.deb)
  act 'apt of two of them' apt -s install "${files[@]:0:2}"
  check 'would remove the plugins, and says so' grep -q '^Remv audispd-plugins' "$root.step"
  act 'apt installs all three' apt -y install "${files[@]}"
  check 'it is ours' is_ours
  check 'and the plugins are there' [ "$(version audispd-plugins)" = "$(version auditd)" ]
}

scenario_other_ways_back() {
  local way
  sources debian
  act 'Debian'"'"'s auditd is installed' apt -y install auditd
  lived_in
  state before
  for way in release pin remove; do
    sources debian ours
    act "to ours, before: $way" apt -y install auditd
    check 'it is ours' is_ours
    case $way in
      release) act 'apt install auditd/stable' apt -y --allow-downgrades install auditd/stable;;
      pin)
        printf 'Package: auditd audispd-plugins\nPin: release o=Debian\nPin-Priority: 1001\n' > "$root/etc/apt/preferences.d/auditd"
        act 'apt upgrade, with Debian'"'"'s pinned' apt -y --allow-downgrades upgrade
        rm "$root/etc/apt/preferences.d/auditd"
        ;;
      remove)
        act 'apt remove auditd' apt -y remove auditd
        sources debian
        act 'apt install auditd' apt -y install auditd
        ;;
    esac
    check 'it is Debian'"'"'s' is_stock
    state after
    check 'all is as it was' same before after
  done
}

scenario_purge_after_switch() {
  sources debian
  act 'Debian'"'"'s auditd is installed' apt -y install auditd
  lived_in
  tree logs var/log/audit
  act 'and removed, not purged' apt -y remove auditd
  sources debian ours
  act 'ours comes' apt -y install auditd
  check 'it is ours' is_ours
  check 'the edited configuration is used' grep -qx 'max_log_file = 50' "$root/etc/audit/auditd.conf"
  act 'ours is purged' apt -y purge auditd rauditd
  tree after var/log/audit
  check 'the logs are there' same logs after
  check 'rules and plugins of the administrator are there' [ -f "$root/etc/audit/rules.d/50-site.rules" ] && [ -f "$root/etc/audit/plugins.d/site.conf" ]
  check 'what auditd had made is not' [ ! -e "$root/etc/audit/auditd.conf" ] && [ ! -e "$root/etc/audit/audit.rules" ]
  check 'no service is enabled' not enabled
  check 'no init script is linked' [ "$(find "$root"/etc/rc?.d -name '*auditd')" = '' ]
}

scenario_fresh_then_stock() {
  sources debian ours
  act 'ours is installed first' apt -y install auditd
  act 'Debian'"'"'s takes its place' apt -y --allow-downgrades install auditd=1:3.0.9-1
  check 'it is Debian'"'"'s' is_stock
  act 'with its own files' inside sh -c 'cd / && dpkg-query -W -f "\${Conffiles}\n" auditd | grep / |
    while read -r file sum rest; do [ "$(md5sum < "$file")" = "$sum  -" ] || { echo "$file"; exit 1; }; done'
  act 'the programs by their own names go' apt -y purge rauditd
  check 'nothing of ours is left' [ "$(find "$root/var/lib/rauditd" "$root/etc/audit" -name '*raudit*' 2> /dev/null)" = '' ]
  act 'and all goes' apt -y purge auditd
  sources debian ours
  act 'ours is installed again' apt -y install auditd
  sed -i 's/^num_logs = .*/num_logs = 9/' "$root/etc/audit/auditd.conf"
  act 'Debian'"'"'s, told to keep files, keeps what was edited' \
    apt -y --allow-downgrades -o Dpkg::Options::=--force-confold install auditd=1:3.0.9-1
  check 'it was kept' grep -qx 'num_logs = 9' "$root/etc/audit/auditd.conf"
}

scenario_beside() {
  sources debian
  act 'Debian'"'"'s auditd is installed' apt -y install auditd
  lived_in
  tree before
  sources debian ours
  act 'the programs come beside it' apt -y install rauditd auditd=1:3.0.9-1
  check 'auditd is Debian'"'"'s' is_stock
  check 'both answer' inside sh -c 'rauditctl -v && auditctl -v && /usr/libexec/rauditd/aulast --help'
  check 'our service is not enabled' not enabled rauditd
  act 'and go' apt -y purge rauditd
  tree after
  check 'nothing has changed' same before after
}

scenario_upgrade() {
  sources debian ours
  act 'apt installs ours' apt -y install auditd audispd-plugins
  lived_in
  rm "$root/etc/audit/audit-stop.rules"
  rm "$root/etc/systemd/system/multi-user.target.wants/auditd.service" # as systemctl disable does
  echo 'backend = netlink' >> "$root/etc/audit/rauditd.conf"
  state before
  sources debian newer
  act 'the next version comes' apt -y upgrade
  check 'all three are of it' [ "$(version auditd)$(version audispd-plugins)$(version rauditd)" = \
    'ii 1:4.2.2+rauditd0.1.0-2ii 1:4.2.2+rauditd0.1.0-2ii 0.1.0-2' ]
  state after
  check 'what was edited, removed and disabled still is' same before after
  check 'so are our own settings' grep -qx 'backend = netlink' "$root/etc/audit/rauditd.conf"
}
