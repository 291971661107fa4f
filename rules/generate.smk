# Data, drawn once for all arms of a paper.


rule generate:
    output:
        data="results/{scale}/{lab}/{slug}/data.npz",
        manifest="results/{scale}/{lab}/{slug}/data.json",
    log:
        "logs/{scale}/{lab}/{slug}/generate.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/generate.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=lambda w, attempt: 2000 * attempt,
        runtime=lambda w, attempt: SITE.minutes(30, attempt),
        cpus_per_task=1,
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
        inputs=lambda w: CHOICE.checkpoints(w.slug),
    script:
        "../workflow_scripts/generate.py"
