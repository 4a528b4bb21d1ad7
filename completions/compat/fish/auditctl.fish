# fish completion for auditctl where that is rauditctl; made by make completions

complete -c auditctl -w rauditctl
