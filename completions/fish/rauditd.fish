# fish completion for rauditd; made of its --help: make completions

complete -c rauditd -f
complete -c rauditd -s f -l foreground -d 'Write to standard output, in the foreground'
complete -c rauditd -s l -l allow-links -d 'Take configuration files that are symbolic links'
complete -c rauditd -s n -l disable-fork -d 'Stay in the foreground'
complete -c rauditd -s s -l enable-state -x -a 'enable disable nochange' -d 'enable, disable, or nochange [default: enable]'
complete -c rauditd -s c -l config_file -x -a '(__fish_complete_directories)' -d 'Of auditd.conf, rauditd.conf [default: /etc/audit]'
complete -c rauditd -l shadow -x -d 'Only compare BPF with kernel audit (0: no end)'
complete -c rauditd -s h -l help -d 'Print help'
