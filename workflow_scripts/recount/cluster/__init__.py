"""What only a cluster needs; nothing here is loaded by a run on a laptop but the guard's check.

site      what differs from cluster to cluster: partitions, dialect of GPUs, longest job
packing   several short runs in one job
slurm     what SLURM says of our jobs
guard     between Snakemake's executor and a SLURM that is silent, late or wrong
probe     what a compute node is like, told from inside a short job
"""
