# Things worth auditing. Every command is a child of the demo's own shell, so that its events are told from others' (sourced).

# did WHAT COMMAND...: says it and does it; some are meant to be refused
did() {
  printf '   %s\n' "$1"
  "${@:2}" > /dev/null 2>&1 < /dev/null || :
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

work_for_all_rules() {
  local dir=$scratch/work
  did "root reads /etc/shadow" head -c 1 /etc/shadow
  did "nobody tries to read it" as_nobody cat /etc/shadow
  did "nobody runs su, which is setuid root" as_nobody su --help
  did "a file gets mode 4755, and an owner" touch "$dir/tool"
  chmod 4755 "$dir/tool"
  chown 65534 "$dir/tool"
  did "it is renamed, and deleted" mv "$dir/tool" "$dir/renamed"
  rm "$dir/renamed"
  did "a device file is made" mknod "$dir/null" c 1 3
  did "a file system is mounted, in a mount namespace" unshare --mount mount -t tmpfs demo "$dir"
  did "a socket is connected to 127.0.0.1" bash -c 'echo > /dev/tcp/127.0.0.1/9'
  did "a process is told to stop" bash -c 'sleep 60 & kill -TERM $!'
  did "a process makes itself a user namespace" unshare --user true
  did "a message is sent" "$bin/rauditctl" -m "the demo was here"
}

work_for_bpf_rules() {
  did "a process makes itself a user namespace" unshare --user true
  did "a process becomes nobody" as_nobody true
  did "a program runs without address randomisation" setarch -R true
  did "a machine gets another name, in a UTS namespace" unshare --uts hostname demo
}
