# Data, drawn once for all arms of a paper.


rule generate:
    output:
        data="results/{scale}/{lab}/{slug}/data.npz",
        manifest="results/{scale}/{lab}/{slug}/data.json",
    log:
        "logs/{scale}/{lab}/{slug}/generate.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/generate.benchmark.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
        inputs=lambda w: CHOICE.checkpoints(w.slug),
    script:
        "../workflow_scripts/generate.py"
