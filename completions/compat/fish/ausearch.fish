# fish completion for ausearch where that is rausearch; made by make completions

complete -c ausearch -w rausearch
