# Train and evaluate: one job is one arm of one paper, with all its seeds inside.


rule train:
    input:
        data=rules.generate.output.data,
        manifest=rules.generate.output.manifest,
    output:
        run="results/{scale}/{lab}/{slug}/runs/{arm}/run.json",
    log:
        "logs/{scale}/{lab}/{slug}/train_{arm}.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/train_{arm}.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=lambda w, attempt: 4000 * attempt,
        runtime=lambda w, attempt: SITE.minutes(CHOICE.minutes(w.slug, w.scale), attempt),
        cpus_per_task=1,
        gpu=lambda w: SITE.gpu(CHOICE.gpus(w.slug, w.scale)),
        gres=lambda w: SITE.gres(CHOICE.gpus(w.slug, w.scale)),
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
    script:
        "../workflow_scripts/train.py"


rule evaluate:
    input:
        data=rules.generate.output.data,
        manifest=rules.generate.output.manifest,
        run=lambda w: CHOICE.trained(w.scale, w.lab, w.slug, w.arm),
    output:
        metrics="results/{scale}/{lab}/{slug}/runs/{arm}/metrics.parquet",
        manifest="results/{scale}/{lab}/{slug}/runs/{arm}/evaluate.json",
    log:
        "logs/{scale}/{lab}/{slug}/evaluate_{arm}.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/evaluate_{arm}.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=lambda w, attempt: 4000 * attempt,
        runtime=lambda w, attempt: SITE.minutes(CHOICE.minutes(w.slug, w.scale), attempt),
        cpus_per_task=1,
        gpu=lambda w: SITE.gpu(CHOICE.gpus(w.slug, w.scale)),
        gres=lambda w: SITE.gres(CHOICE.gpus(w.slug, w.scale)),
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
    script:
        "../workflow_scripts/evaluate.py"
