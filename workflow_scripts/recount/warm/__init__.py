"""Short jobs are forked from one warm process, which has imported the libraries once.

A job's process needs a second or two of imports before it works for a tenth of one. So the driver
starts one process beside itself (`server.py`) that imports what all jobs import and nothing of
any paper, and lets Snakemake start each job through `client.py`. Where the warm process answers,
a fork of it runs the job's script, with the same arguments, environment, folder, outputs and
signals; the client waits, and ends as the fork ended. Where none answers, or it refuses, the
client becomes the job.

    a signal to the job        is passed on to the fork, once
    the job is killed          the fork is killed
    the warm process is killed its forks are killed, and their jobs fail
    the driver is killed       jobs under way end as ever, then the warm process leaves

Whatever is refused runs as without a warm process: other source files than were imported, another
environment, another interpreter. RECOUNT_WARM=no runs every job that way.

jobs      what a driver calls
client    what stands before the command of a job; standard library only, and little of it
server    the warm process
"""
