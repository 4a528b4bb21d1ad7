# fish completion for raudispd; made of its --help: make completions

complete -c raudispd -f
complete -c raudispd -s c -x -a '(__fish_complete_directories)' -d 'Of auditd.conf [default: /etc/audit]'
complete -c raudispd -s d -l config-dir -x -a '(__fish_complete_directories)' -d 'Of the plugins\' files, instead of plugin_dir'
complete -c raudispd -s v -l version -d 'Print the version and exit'
complete -c raudispd -s h -l help -d 'Print help'
