# fish completion for aureport where that is raureport; made by make completions

complete -c aureport -w raureport
