# fish completion for augenrules; made of its --help: make completions

complete -c augenrules -f
complete -c augenrules -l check -d 'only say whether the file would change'
complete -c augenrules -l load -d 'make it, and load it'
complete -c augenrules -l help -d 'this text'
