# fish completion for aulastlog; made of its --help: make completions

complete -c aulastlog -f
complete -c aulastlog -l help -d 'this text'
complete -c aulastlog -l stdin -d 'read standard input'
complete -c aulastlog -s u -l user -x -a '(__fish_complete_users)' -d 'only this user'
