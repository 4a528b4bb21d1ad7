# fish completion for auditd where that is rauditd; made by make completions

complete -c auditd -w rauditd
