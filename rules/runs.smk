# Train and evaluate: one job is one arm of one paper, with all its seeds inside.


rule train:
    input:
        data=rules.generate_here.output.data,
        manifest=rules.generate_here.output.manifest,
    output:
        run="results/{scale}/{lab}/{slug}/runs/{arm}/run.json",
    log:
        "logs/{scale}/{lab}/{slug}/train_{arm}.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/train_{arm}.benchmark.tsv"
    wildcard_constraints:
        slug=CHOICE.at_once(),
    priority: 1
    group:
        lambda w: CHOICE.group(w, workflow.group_settings)
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=lambda w, attempt: 4000 * attempt,
        runtime=lambda w, attempt: SITE.minutes(
            CHOICE.limit("train", w, workflow.group_settings), attempt
        ),
        cpus_per_task=1,
        seat=1,
        gpu=lambda w: SITE.gpu(CHOICE.gpus(w.slug, w.scale)),
        gres=lambda w: SITE.gres(CHOICE.gpus(w.slug, w.scale)),
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
    script:
        "../workflow_scripts/train.py"


rule evaluate_here:
    input:
        data=rules.generate_here.output.data,
        manifest=rules.generate_here.output.manifest,
        run=lambda w: CHOICE.trained(w.scale, w.lab, w.slug, w.arm),
    output:
        metrics="results/{scale}/{lab}/{slug}/runs/{arm}/metrics.parquet",
        manifest="results/{scale}/{lab}/{slug}/runs/{arm}/evaluate.json",
    log:
        "logs/{scale}/{lab}/{slug}/evaluate_{arm}.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/evaluate_{arm}.benchmark.tsv"
    wildcard_constraints:
        slug=HERE,
    priority: 2
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=lambda w, attempt: 4000 * attempt,
        runtime=lambda w, attempt: SITE.minutes(
            CHOICE.limit("evaluate", w, workflow.group_settings), attempt
        ),
        cpus_per_task=1,
        seat=1,
        gpu=lambda w: SITE.gpu(CHOICE.gpus(w.slug, w.scale)),
        gres=lambda w: SITE.gres(CHOICE.gpus(w.slug, w.scale)),
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
    script:
        "../workflow_scripts/evaluate.py"


use rule evaluate_here as evaluate with:
    wildcard_constraints:
        slug=AWAY,
    group:
        lambda w: CHOICE.group(w, workflow.group_settings)


if CHOICE.in_looks() != selection.NONE:

    include: "looks.smk"
