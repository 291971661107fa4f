# Data, drawn once for all arms of a paper. What is quick and exact stays where Snakemake runs.


# A job of a cluster has one seat: the runs that are packed into it take turns.
resource_scopes:
    seat="local",


localrules:
    generate_here,
    evaluate_here,


rule generate_here:
    output:
        data="results/{scale}/{lab}/{slug}/data.npz",
        manifest="results/{scale}/{lab}/{slug}/data.json",
    log:
        "logs/{scale}/{lab}/{slug}/generate.log",
    benchmark:
        "logs/{scale}/{lab}/{slug}/generate.benchmark.tsv"
    wildcard_constraints:
        slug=HERE,
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=lambda w, attempt: 2000 * attempt,
        runtime=lambda w, attempt: SITE.minutes(
            CHOICE.limit("generate", w, workflow.group_settings), attempt
        ),
        cpus_per_task=1,
        seat=1,
    params:
        design=lambda w: CHOICE.design(w.slug, w.scale),
        inputs=lambda w: CHOICE.checkpoints(w.slug),
    script:
        "../workflow_scripts/generate.py"


use rule generate_here as generate with:
    wildcard_constraints:
        slug=AWAY,
    group:
        lambda w: CHOICE.group(w, workflow.group_settings)
