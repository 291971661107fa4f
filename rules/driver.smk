# What the Snakemake that drives does, and those that it starts for jobs on other machines do not.
from recount import once
from recount.cluster import guard
from recount.warm import jobs

if workflow.is_main_process:
    guard.install(Path.cwd())
    once.join()
else:
    jobs.forget()


# Short jobs are forked from one process that has imported the libraries: see recount/warm.
onstart:
    if workflow.is_main_process and jobs.start(CHOICE.long(), **CHOICE.warmed()):
        shell.prefix(jobs.prefix())
