# fish completion for aulast; made of its --help: make completions

complete -c aulast -f
complete -c aulast -l bad -d 'logins that failed'
complete -c aulast -l debug -d 'say which records are of no use, and why'
complete -c aulast -l extract -d 'write the records that were read to aulast.log'
complete -c aulast -s f -l file -r -F -d 'this file, or the logs in this directory'
complete -c aulast -l help -d 'this text'
complete -c aulast -l proof -d 'name the events that a line was made of'
complete -c aulast -l stdin -d 'read standard input'
complete -c aulast -l tty -x -d 'only terminals with this in their name'
complete -c aulast -l user -x -a '(__fish_complete_users)' -d 'only this user\'s sessions'
